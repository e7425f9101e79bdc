package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.engine.OfferedProcessors;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.processor.Processors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The job of {@code --spec}, which takes the place of the options that describe a job. */
final class SpecOption {
    static final String NAME = "--spec";

    /** Options that say where files are, what this machine provides, and how this call behaves. */
    private static final Set<String> BESIDE = Set.of(
            NAME,
            "--input",
            "--output",
            "--output-format",
            "--checkpoint",
            "--fresh",
            "--retry-failed",
            "--quiet",
            "--max-item-bytes",
            "--command",
            "--command-env",
            "--plugins",
            "--secrets-file",
            "--simulate-crash");

    private static final String CRASH_POINT = "--crash-point"; // has a meaning together with --simulate-crash only

    private final String file;
    private final @Nullable String input;
    private final @Nullable Faults crash;

    /**
     * @param file name of the file, or - for standard input
     * @param input the file with the items, - for standard input; null if the spec has or names them
     * @param crash the crash that the options ask for; null if they do not
     */
    SpecOption(String file, @Nullable String input, @Nullable Faults crash) {
        this.file = file;
        this.input = input;
        this.crash = crash;
    }

    /** Returns null after a report. */
    @Nullable
    RunWork read(SpecReader reader, CommandSpec run, ProcessorOptions options, OptionValues values) {
        refuseOthers(run, values);
        RunProcessor.Provided provided = options.provided(run, values);
        CallClient client = new CallClient(AddressRules.any());
        Processors processors = provided.processors(client);
        NewJob job = read(reader, new OfferedProcessors(processors), values);
        if (job == null) {
            return null;
        }
        JobSpec spec = withCrash(withInput(job.spec()), values);
        RunProcessor processor = new RunProcessor(
                spec.processor(),
                identity(spec, processors, provided),
                processors,
                client,
                (kind, option) -> place("/processor") + pointer(option));
        return new RunWork(new NewJob(spec, job.items(), null), processor, input(spec), crash != null);
    }

    private void refuseOthers(CommandSpec run, OptionValues values) {
        for (OptionSpec option : run.options()) {
            String name = option.longestName();
            boolean allowed = BESIDE.contains(name) || (name.equals(CRASH_POINT) && crash != null);
            if (!allowed && isGiven(run, option)) {
                values.problem(name + " cannot be combined with " + NAME
                        + (name.equals(CRASH_POINT)
                                ? " unless --simulate-crash is set"
                                : "; put it into the spec instead"));
            }
        }
    }

    private static boolean isGiven(CommandSpec run, OptionSpec option) {
        return run.commandLine().getParseResult().hasMatchedOption(option)
                || (run.defaultValueProvider() instanceof EnvironmentVariables variables
                        && variables.defaultValue(option) != null);
    }

    private @Nullable NewJob read(SpecReader reader, OfferedProcessors processors, OptionValues values) {
        Report report = (pointer, message) ->
                values.problem((pointer.isEmpty() ? NAME + " " + file : place(pointer)) + " " + message);
        try (InputStream json = open(report, values)) {
            return json == null ? null : reader.read(json, input != null, processors, report::error);
        } catch (IOException e) {
            report.error("", "cannot be read");
            return null;
        }
    }

    /** Opens the spec, which may be a pipe. Returns null after a report. */
    private @Nullable InputStream open(Report report, OptionValues values) throws IOException {
        if (file.equals(RunCommand.STREAM)) {
            if (file.equals(input)) {
                values.problem(NAME + " - and --input - both read standard input; name a file for one of them");
                return null;
            }
            return System.in;
        }
        Path path = OptionValues.path(NAME, file, values);
        if (path.toString().isEmpty()) {
            return null;
        }
        if (!Files.exists(path) || Files.isDirectory(path)) {
            report.error("", Files.exists(path) ? "is a directory" : "does not exist");
            return null;
        }
        return new BufferedInputStream(new FileInputStream(path.toFile())); // the inner one seeks, which a pipe cannot
    }

    private JobSpec withInput(JobSpec spec) {
        return input == null
                ? spec
                : spec.over(new InputSpec.InputPath(input, spec.input().decoding()));
    }

    private JobSpec withCrash(JobSpec spec, OptionValues values) {
        Faults faults = spec.faults();
        if (crash == null || faults == null) {
            return crash == null ? spec : spec.rehearsing(crash);
        }
        if (faults.crashAfterItems() != null) {
            values.problem("--simulate-crash cannot be combined with " + place("/faults/crashAfterItems")
                    + "; remove one of them");
        }
        return spec.rehearsing(
                new Faults(crash.crashAfterItems(), crash.crashPoint(), faults.failItems(), faults.itemDelay()));
    }

    /** Returns what must stay the same while a run continues: what the same run with options has, and the items that fail. */
    private static String identity(JobSpec spec, Processors processors, RunProcessor.Provided provided) {
        String identity = processors.kinds().stream()
                .filter(kind -> kind.type().equals(spec.processor().type()))
                .map(kind -> ProcessorOptions.identity(kind, spec.processor(), provided.commands()))
                .findFirst()
                .orElseThrow();
        Faults faults = spec.faults();
        return faults == null || faults.failItems().isEmpty() ? identity : identity + "\n" + faults.failItems();
    }

    private RunInput input(JobSpec spec) {
        if (input != null) {
            return RunInput.option(input);
        }
        if (spec.input() instanceof InputSpec.InputPath named) {
            boolean isStreamName = named.path().equals(RunCommand.STREAM); // which is a file in a spec
            return new RunInput(place("/input/path"), isStreamName ? "./" + named.path() : named.path());
        }
        return new RunInput(place("/input"), null);
    }

    private String place(String pointer) {
        return NAME + " " + file + ": " + pointer;
    }

    private static String pointer(List<String> names) {
        StringBuilder pointer = new StringBuilder();
        names.forEach(name -> pointer.append('/').append(Report.pointer(requireNonNull(name))));
        return pointer.toString();
    }
}
