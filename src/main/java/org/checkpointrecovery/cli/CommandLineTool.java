package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.checkpointrecovery.storage.InputGoneException;
import org.checkpointrecovery.storage.InputReplacedException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The command line. Every option can also come from an environment variable: {@code --max-queued} from {@code
 * CHECKPOINT_RECOVERY_MAX_QUEUED}. Exit code 2 and one line for each problem if the options cannot be used.
 */
public final class CommandLineTool {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int BAD_OPTIONS = 2;
    public static final int SIMULATED_CRASH = 3;
    /** All items were processed, and every one of them failed. */
    public static final int ALL_ITEMS_FAILED = 5;
    /** Of a service without memory. The same as with {@code -XX:+ExitOnOutOfMemoryError}. */
    public static final int OUT_OF_MEMORY = 3;

    private static final String PREFIX = "CHECKPOINT_RECOVERY_";

    private CommandLineTool() {}

    /** Runs the command that the arguments name, and returns the exit code. */
    public static int run(String[] arguments, Map<String, String> environment, ServiceStarter starter) {
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new ServeCommand(starter))
                .addSubcommand(new RunCommand())
                .setDefaultValueProvider(new Environment(environment))
                .setParameterExceptionHandler((e, given) -> badOptions(e))
                .setExecutionExceptionHandler(CommandLineTool::failed);
        return line.execute(arguments);
    }

    private static int badOptions(ParameterException e) {
        System.err.println(e.getMessage());
        System.err.println("See " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help.");
        return BAD_OPTIONS;
    }

    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
        if (e instanceof BadOptionsException bad) {
            bad.problems().forEach(System.err::println);
            return BAD_OPTIONS;
        }
        if (e instanceof InputGoneException || e instanceof InputReplacedException) {
            System.err.println(
                    "The input cannot be read: " + e.getMessage() + ". Put it back and run the same command again.");
            return BAD_OPTIONS;
        }
        if (e instanceof IOException) {
            System.err.println("The disk failed: " + e.getMessage()
                    + ". What was committed is safe. Mend the cause and run the same command again.");
            return FAILED;
        }
        throw e;
    }

    @Command(
            name = "checkpoint-recovery",
            description = "Runs long processing jobs that come to their end, whatever crashes on the way.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            synopsisSubcommandLabel = "COMMAND")
    static final class Root implements Runnable {
        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public void run() {
            CommandLine.Model.CommandSpec known = requireNonNull(spec);
            throw new ParameterException(known.commandLine(), "Name a command: serve or run.");
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

    private record Environment(Map<String, String> variables) implements IDefaultValueProvider {
        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            if (argument instanceof OptionSpec option && option.longestName().startsWith("--")) {
                String name =
                        option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
                String value = variables.get(PREFIX + name);
                return value == null || value.isEmpty() ? null : value;
            }
            return null;
        }
    }
}
