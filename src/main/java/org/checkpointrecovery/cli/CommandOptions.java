package org.checkpointrecovery.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The values of {@code --command}: {@code NAME=/path/to/program,argument,...}. */
final class CommandOptions {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

    /** Where Debian, Alpine and their like have it; a part of util-linux. */
    private static final List<Path> SETPRIV = List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

    private CommandOptions() {}

    /** Program and arguments by name. */
    static Map<String, List<String>> read(List<String> texts, OptionValues values) {
        Map<String, List<String>> commands = new TreeMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            if (equals < 0 || !name.matches(NAME)) {
                values.problem("--command \"" + text
                        + "\" is not NAME=/path/to/program,argument,… with a name of letters, digits, and . _ -");
                continue;
            }
            List<String> words = List.of(text.substring(equals + 1).split(",", -1));
            String wrong = wrong(words.get(0));
            if (wrong != null) {
                values.problem("--command " + name + ": " + wrong);
            } else if (commands.putIfAbsent(name, words) != null) {
                values.problem("--command " + name + " is given more than once");
            }
        }
        return commands;
    }

    private static @Nullable String wrong(String program) {
        try {
            Path path = Path.of(program);
            if (!path.isAbsolute()) {
                return "the program \"" + program + "\" must be an absolute path";
            }
            return Files.isRegularFile(path) && Files.isExecutable(path)
                    ? null
                    : "the program " + program + " is not there, or is no file that may be executed";
        } catch (InvalidPathException e) {
            return "\"" + program + "\" is not a path";
        }
    }

    /** What programs are started with so that the kernel ends them with the service, however that ends; empty if unknown. */
    static List<String> launcher() {
        return SETPRIV.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .map(path -> List.of(path.toString(), "--pdeathsig", "KILL", "--"))
                .orElse(List.of());
    }
}
