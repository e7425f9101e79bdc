package org.checkpointrecovery.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.storage.FileNames;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of {@code --command}, such as {@code NAME=/path/to/program,argument,...}, and of {@code --command-env}, names
 * of environment variables.
 */
final class CommandOptions {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

    private static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]*";

    /** Where Debian, Alpine and similar systems keep the programs of util-linux. */
    private static final List<Path> DIRECTORIES = List.of(Path.of("/usr/bin"), Path.of("/bin"));

    private CommandOptions() {}

    /** Program and arguments by name. */
    private static Map<String, List<String>> read(List<String> texts, OptionValues values) {
        Map<String, List<String>> commands = new TreeMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            if (equals < 0 || !name.matches(NAME)) {
                values.problem(
                        "--command \"" + text
                                + "\" must be NAME=/path/to/program,argument,… with a name of letters, digits, \".\", \"_\" and \"-\"");
                continue;
            }
            List<String> words = List.of(text.substring(equals + 1).split(",", -1));
            String problem = problem(words.get(0));
            if (problem != null) {
                values.problem("--command " + name + ": " + problem);
            } else if (commands.putIfAbsent(name, words) != null) {
                values.problem("--command " + name + " is set more than once");
            }
        }
        return commands;
    }

    private static @Nullable String problem(String program) {
        try {
            Path path = Path.of(program);
            if (!path.isAbsolute()) {
                return "the program \"" + program + "\" must be an absolute path";
            }
            return Files.isRegularFile(path) && Files.isExecutable(path)
                    ? null
                    : "the program " + program + " does not exist, or is not an executable file";
        } catch (InvalidPathException e) {
            return "\"" + program + "\" " + FileNames.problem(program, "is not a path");
        }
    }

    /** Returns a program of the command line, which is looked for in PATH if its name has no slash. */
    static Commands program(List<String> words, List<String> environment, OptionValues values) {
        Path found = inPath(words.get(0));
        String problem = found == null
                ? "the program \"" + words.get(0) + "\" does not exist in PATH"
                : problem(found.toString());
        if (found == null || problem != null) {
            values.problem("-- " + words.get(0) + ": " + problem);
            return Commands.NONE;
        }
        String file = String.valueOf(found.getFileName());
        List<String> whole = new ArrayList<>(words);
        whole.set(0, found.toString());
        return commands(Map.of(file.matches(NAME) ? file : "program", whole), environment, values);
    }

    private static @Nullable Path inPath(String program) {
        try {
            if (program.contains("/")) {
                return Path.of(program).toAbsolutePath().normalize();
            }
            for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
                Path file = Path.of(directory.isEmpty() ? "." : directory)
                        .resolve(program)
                        .toAbsolutePath();
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return file;
                }
            }
        } catch (InvalidPathException e) {
            // reported like a program that does not exist
        }
        return null;
    }

    /** Returns the programs that jobs may run, and how they are started. */
    static Commands commands(List<String> texts, List<String> environment, OptionValues values) {
        return commands(read(texts, values), environment, values);
    }

    private static Commands commands(
            Map<String, List<String>> programs, List<String> environment, OptionValues values) {
        for (String variable : environment) {
            if (!variable.matches(VARIABLE)) {
                values.problem("--command-env \"" + variable + "\" is not the name of an environment variable");
            }
        }
        return new Commands(programs, Set.copyOf(environment), launcher());
    }

    /**
     * Returns the words that programs are started with. {@code setpriv}: the kernel kills them with the service, however the
     * service ends. {@code setsid}: each leads a process group, which is killed with it. A tool that this machine lacks is left
     * out.
     */
    private static List<String> launcher() {
        List<String> words = new ArrayList<>();
        program("setpriv").ifPresent(path -> words.addAll(List.of(path, "--pdeathsig", "KILL", "--")));
        program("setsid").ifPresent(words::add);
        return words;
    }

    private static Optional<String> program(String name) {
        return DIRECTORIES.stream()
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
