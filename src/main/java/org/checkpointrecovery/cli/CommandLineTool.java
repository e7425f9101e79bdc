package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.checkpointrecovery.storage.InputGoneException;
import org.checkpointrecovery.storage.InputReplacedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. {@link EnvironmentVariables} set the options that the arguments do not. Invalid options end with exit code
 * 2 and one line for each problem.
 */
public final class CommandLineTool {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int BAD_OPTIONS = 2;
    public static final int SIMULATED_CRASH = 3;
    /** The job paused itself. */
    public static final int PAUSED = 4;
    /** All items were processed, and every one of them failed. */
    public static final int ALL_ITEMS_FAILED = 5;
    /** The service ran out of memory. The same code as with {@code -XX:+ExitOnOutOfMemoryError}. */
    public static final int OUT_OF_MEMORY = 3;

    static final String RUN = "run";
    static final String SERVE = "serve";
    static final String BACKUP = "backup";
    static final String VERIFY = "verify";
    /** Columns of the help where the width of the terminal is unknown. */
    private static final int HELP_WIDTH = 100;

    private CommandLineTool() {}

    /** Runs the command that the arguments name, and returns the exit code. */
    public static int run(
            String[] arguments, Map<String, String> environment, SpecReader reader, ServiceStarter starter) {
        EnvironmentVariables variables = new EnvironmentVariables(environment);
        return commandLine(variables, reader, starter, arguments)
                .setExecutionStrategy(parsed -> execute(parsed, variables))
                .setParameterExceptionHandler((e, unused) -> badOptions(e))
                .setExecutionExceptionHandler(CommandLineTool::failed)
                .execute(arguments);
    }

    /**
     * Returns the commands. Those that the arguments do not name are left out where nobody can tell: to read the options of all
     * takes longer than the rest of a small run.
     */
    static CommandLine commandLine(
            EnvironmentVariables variables, SpecReader reader, ServiceStarter starter, String... arguments) {
        String named = arguments.length == 0 ? "" : arguments[0];
        // The warning about a variable that names no option has to know the options of all.
        boolean isAlone =
                !variables.anySet() && List.of(RUN, SERVE, BACKUP, VERIFY).contains(named);
        CommandLine line = new CommandLine(new Root());
        if (!isAlone || named.equals(SERVE)) {
            line.addSubcommand(new ServeCommand(starter));
        }
        if (!isAlone || named.equals(RUN)) {
            line.addSubcommand(runCommand(reader));
        }
        if (!isAlone || named.equals(BACKUP)) {
            line.addSubcommand(new BackupCommand());
        }
        if (!isAlone || named.equals(VERIFY)) {
            line.addSubcommand(new VerifyCommand());
        }
        if (!isAlone) {
            line.addSubcommand(new CommandLine.HelpCommand()).addSubcommand(new AutoComplete.GenerateCompletion());
            describe(line, "help", "Shows the help of a command.");
            describe(line, "generate-completion", "Prints a completion script for bash and zsh.");
        }
        line.setDefaultValueProvider(variables).setUsageHelpAutoWidth(true).setUsageHelpWidth(HELP_WIDTH);
        for (CommandSpec command : commandsWithSettings(line)) {
            command.usageMessage().sectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedOptions());
        }
        return line;
    }

    private static CommandLine runCommand(SpecReader reader) {
        RunCommand run = new RunCommand(reader);
        CommandLine line = new CommandLine(run);
        run.complete(line.getCommandSpec());
        return line;
    }

    private static void describe(CommandLine root, String command, String description) {
        requireNonNull(root.getSubcommands().get(command))
                .getCommandSpec()
                .usageMessage()
                .description(description);
    }

    /** The commands whose options environment variables set. */
    private static List<CommandSpec> commandsWithSettings(CommandLine root) {
        List<CommandSpec> commands = new ArrayList<>();
        for (CommandLine command : root.getSubcommands().values()) {
            Object user = command.getCommandSpec().userObject();
            if (user instanceof ServeCommand
                    || user instanceof RunCommand
                    || user instanceof BackupCommand
                    || user instanceof VerifyCommand) {
                commands.add(command.getCommandSpec());
            }
        }
        return commands;
    }

    private static int execute(ParseResult parsed, EnvironmentVariables variables) {
        ParseResult command = parsed.subcommand();
        if (command != null && !command.isUsageHelpRequested() && !command.isVersionHelpRequested()) {
            List<CommandSpec> commands =
                    commandsWithSettings(parsed.commandSpec().commandLine());
            if (commands.contains(command.commandSpec())) {
                if (command.commandSpec().userObject() instanceof ServeCommand serve) {
                    serve.applyLogLevel();
                }
                Logger log = LoggerFactory.getLogger(CommandLineTool.class); // not before: now it has the level
                variables.warnings(commands).forEach(log::warn);
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int badOptions(ParameterException e) {
        CommandLine command = e.getCommandLine();
        List<String> problems =
                e instanceof UnmatchedArgumentException unmatched ? problems(unmatched) : List.of(e.getMessage());
        problems.forEach(System.err::println);
        System.err.println("See " + command.getCommandSpec().qualifiedName() + " --help.");
        return BAD_OPTIONS;
    }

    /** Returns the unknown command, or the unknown options, or else the first argument that belongs to no option. */
    private static List<String> problems(UnmatchedArgumentException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        String first = e.getUnmatched().get(0);
        if (!command.subcommands().isEmpty() && !first.startsWith("-")) {
            return List.of("Unknown command: " + first
                    + didYouMean(Similar.to(first, command.subcommands().keySet())));
        }
        List<String> known =
                command.options().stream().map(OptionSpec::longestName).toList();
        List<String> problems = e.getUnmatched().stream()
                .filter(argument -> argument.startsWith("-"))
                .map(argument -> argument.replaceFirst("=.*", ""))
                .map(option -> "Unknown option: " + option + didYouMean(Similar.to(option, known)))
                .toList();
        return problems.isEmpty() ? List.of("Unexpected argument: " + first) : problems;
    }

    private static String didYouMean(Optional<String> name) {
        return name.map(nearest -> ". Did you mean: " + nearest + "?").orElse("");
    }

    private static int failed(Exception e, CommandLine line, ParseResult parsed) throws Exception {
        if (e instanceof BadOptionsException bad) {
            bad.problems().forEach(System.err::println);
            return BAD_OPTIONS;
        }
        if (e instanceof InputGoneException || e instanceof InputReplacedException) {
            System.err.println(
                    "Cannot read the input: " + e.getMessage() + ". Restore it and run the same command again.");
            return BAD_OPTIONS;
        }
        if (e instanceof FileRun.StandardOutputException) {
            System.err.println("Cannot write the results to standard output: " + e.getMessage()
                    + ". Fix the cause and run the same command again.");
            return FAILED;
        }
        if (e instanceof IOException) {
            boolean isPathOnly = e instanceof FileSystemException file && file.getReason() == null;
            System.err.println("Disk error: " + (isPathOnly ? e : e.getMessage())
                    + ". Committed results are safe. Fix the cause and run the same command again.");
            return FAILED;
        }
        throw e;
    }

    @Command(
            name = "checkpoint-recovery",
            description = "Runs long jobs to completion, even across crashes.",
            versionProvider = Version.class,
            customSynopsis = "checkpoint-recovery COMMAND [OPTIONS]",
            optionListHeading = "%nOptions:%n",
            commandListHeading = "%nCommands:%n",
            footer = {
                "",
                "\"checkpoint-recovery help COMMAND\" explains a command. Environment variables can set its options,"
                        + " such as CHECKPOINT_RECOVERY_PORT for --port."
            })
    static final class Root implements Callable<Integer> {
        @Mixin
        HelpOptions help = new HelpOptions();

        @CommandLine.Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            requireNonNull(spec).commandLine().usage(System.err);
            return BAD_OPTIONS;
        }
    }

    /** The version in the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = CommandLineTool.class.getPackage().getImplementationVersion();
            return new String[] {"checkpoint-recovery " + (version == null ? "(not packed)" : version)};
        }
    }
}
