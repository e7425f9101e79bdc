package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.storage.FileNames;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Runs one job over a file, without a service. */
@Command(
        name = CommandLineTool.RUN,
        description = "Runs one job over a file. After a crash, the same command continues from the checkpoint.",
        versionProvider = CommandLineTool.Version.class,
        customSynopsis = {
            "checkpoint-recovery run -i FILE -o FILE [OPTIONS] [-- PROGRAM [ARGUMENT...]]",
            "       checkpoint-recovery run --spec FILE [-i FILE] -o FILE [OPTIONS]"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; standard error says why and what to do",
            "2:invalid options or input",
            "3:simulated crash",
            "4:the job paused itself; standard error says why",
            "5:done, but every item failed; with --retry-failed, every retried item"
        },
        footer = {
            "",
            "Environment variables can set every option but --spec, --url, --command and --plugin,"
                    + " such as CHECKPOINT_RECOVERY_BATCH_SIZE for --batch-size; the command line takes precedence."
        })
final class RunCommand implements Callable<Integer> {
    /** Stands for standard input or standard output. */
    static final String STREAM = "-";

    private static final String INPUT_FORMAT = "Input format";
    private static final String PROCESSOR = "Processor";

    @Mixin(name = "Files")
    private RunOptions.Files named = new RunOptions.Files();

    @Mixin(name = INPUT_FORMAT)
    private InputFormatOptions inputFormat = new InputFormatOptions();

    @Mixin(name = PROCESSOR)
    private ProcessorOptions processor = new ProcessorOptions();

    @Mixin(name = "Processing")
    private RunOptions.Processing processing = new RunOptions.Processing();

    @Mixin(name = "Rehearsal")
    private RunOptions.Rehearsal rehearsal = new RunOptions.Rehearsal();

    @Mixin(name = "Help")
    HelpOptions help = new HelpOptions();

    private final SpecReader reader;
    private @Nullable CommandSpec command;

    RunCommand(SpecReader reader) {
        this.reader = reader;
    }

    /** Adds the options that are not known before the program runs. */
    void complete(CommandSpec spec) {
        this.command = spec;
        inputFormat.addFormatOptions(spec, requireNonNull(spec.mixins().get(INPUT_FORMAT)));
        processor.addProcessorOptions(spec, requireNonNull(spec.mixins().get(PROCESSOR)));
    }

    @Override
    public Integer call() throws BadOptionsException, IOException, InterruptedException {
        refuseMissingFiles();
        boolean streams = STREAM.equals(named.input) || output().equals(STREAM);
        if (!streams || named.checkpoint != null) {
            return run(null);
        }
        Path temporary = LocalDisk.createTemporaryDirectory("checkpoint-recovery-");
        try {
            return run(temporary);
        } finally {
            LocalDisk.underUmask().deleteTree(temporary);
        }
    }

    /** Only here it is known whether the items are named elsewhere. The message is picocli's. */
    private void refuseMissingFiles() {
        List<String> missing = new ArrayList<>();
        if (named.input == null && named.spec == null) {
            missing.add("'--input=FILE'");
        }
        if (named.output == null) {
            missing.add("'--output=FILE'");
        }
        if (!missing.isEmpty()) {
            throw new ParameterException(
                    requireNonNull(command).commandLine(),
                    "Missing required option" + (missing.size() > 1 ? "s" : "") + ": " + String.join(", ", missing));
        }
    }

    private String output() {
        return requireNonNull(named.output);
    }

    /** @param temporary directory for what is not kept; null if everything is */
    private int run(@Nullable Path temporary) throws BadOptionsException, IOException, InterruptedException {
        OptionValues values = new OptionValues();
        RunWork described = work(values);
        int itemBytes = (int) values.bytes("--max-item-bytes", processing.maxItemBytes, 1, ServeCommand.MAX_ITEM_BYTES);
        RunInput input = described == null ? RunInput.UNKNOWN : described.input();
        RunFiles files = files(temporary, input, values);
        values.throwIfInvalid();
        FileRun.Machine machine = new FileRun.Machine(
                LocalDisk.underUmask(),
                Clock.systemUTC(),
                RunCommand::tryLock,
                named.quiet
                        ? new ProgressDisplay.Quiet()
                        : ProgressDisplay.forThisTerminal(files.streams().out() ? System.err : System.out),
                new FileRun.Console(System.in, new FileOutputStream(FileDescriptor.out)));
        try (RunWork work = requireNonNull(described)) {
            FileRun run = new FileRun(machine, files, work, itemBytes);
            return named.retryFailed ? new FileRetry(machine, files, run).run(named.fresh) : run.run(named.fresh);
        }
    }

    /** Returns what the options or the spec describe; null after a report. */
    private @Nullable RunWork work(OptionValues values) {
        CommandSpec run = requireNonNull(command);
        Faults crash = crash(values);
        if (named.spec != null) {
            return new SpecOption(named.spec, named.input, crash).read(reader, run, processor, values);
        }
        RunProcessor with = processor.processor(run, values);
        return RunWork.of(spec(with, crash, values), with);
    }

    private @Nullable Faults crash(OptionValues values) {
        CrashPoint point = values.constant("--crash-point", rehearsal.crashPoint, CrashPoint.class);
        if (rehearsal.simulateCrash == null) {
            return null;
        }
        long items = values.number("--simulate-crash", rehearsal.simulateCrash, 1, Long.MAX_VALUE / 2);
        return new Faults(items, point, Set.of(), Duration.ZERO);
    }

    /** The operating system releases the lock when the process ends. */
    private static @Nullable Closeable tryLock(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (channel.tryLock() == null) {
            channel.close();
            return null;
        }
        return channel;
    }

    private JobSpec spec(RunProcessor with, @Nullable Faults crash, OptionValues values) {
        int parallelism = (int) values.number("--parallelism", processing.parallelism, 1, Execution.MAX_PARALLELISM);
        if (parallelism > 1 && with.isConcurrent()) {
            values.problem("--parallelism is for the processor text-stats only; set --concurrency instead");
        }
        Format format = inputFormat.format(values);
        if (values.isValid()) {
            with.check(format, values);
        }
        return new JobSpec(
                null,
                null,
                new ItemsSpec(
                        new InputSpec.InputPath(
                                requireNonNull(named.input), Decoding.from(inputFormat.encoding(values))),
                        format),
                with.spec(),
                new Execution(
                        EngineKind.LOCAL,
                        (int) values.number("--batch-size", processing.batchSize, 1, Execution.MAX_BATCH_SIZE),
                        parallelism,
                        values.constant("--commit", processing.commit, CommitMode.class),
                        null),
                FailedItemLimits.NONE,
                null,
                null,
                true,
                crash);
    }

    private RunFiles files(@Nullable Path temporary, RunInput input, OptionValues values) {
        boolean printed = output().equals(STREAM);
        if (named.retryFailed && (input.isStandardInput() || printed)) {
            values.problem("--retry-failed reads the files of a completed run, so --input and --output cannot be -."
                    + " Name the files");
        }
        String savedName = named.checkpoint == null ? output() + ".checkpoint.json" : named.checkpoint;
        Targets targets = new Targets(values);
        Path saved = temporary != null
                ? temporary.resolve("checkpoint.json")
                : targets.file("--checkpoint " + savedName, path("--checkpoint", savedName, values));
        Path in = inputFile(input, saved, values);
        Path shown = printed ? RunFiles.outputOf(saved) : path("--output", output(), values);
        Path out = printed ? shown : targets.file("--output " + output(), shown);
        boolean copied = input.isInline() || input.isStandardInput();
        RunFiles files = new RunFiles(
                in,
                out,
                outputFormat(values),
                saved,
                errors(shown, targets),
                new RunFiles.Streams(copied, printed, temporary == null));
        files.auxiliary().forEach(targets::checkAuxiliary);
        if (input.isInline()) {
            targets.checkAuxiliary(in);
        } else if (!copied) {
            checkInput(input, in, values);
        }
        refuseSameFiles(files, values);
        return files;
    }

    private static Path inputFile(RunInput input, Path saved, OptionValues values) {
        if (input.file() == null) {
            return RunFiles.itemsOf(saved);
        }
        return input.isStandardInput() ? RunFiles.inputOf(saved) : path(input.place(), input.file(), values);
    }

    private void refuseSameFiles(RunFiles files, OptionValues values) {
        List<Path> all = new ArrayList<>(files.auxiliary());
        all.addAll(List.of(realPath(files.input()), files.output(), files.checkpoint(), files.errors()));
        if (Set.copyOf(all).size() < all.size()) {
            values.problem("--input, --output and --checkpoint must be different files");
        }
        if (named.spec != null && !named.spec.equals(STREAM) && all.contains(specFile(named.spec))) {
            values.problem(SpecOption.NAME + " " + named.spec
                    + " is also a file of this run; name other files with --input, --output and --checkpoint");
        }
    }

    /** A link to the spec counts as the spec. A spec that cannot be read is reported already. */
    private static Path specFile(String name) {
        return realPath(path(SpecOption.NAME, name, new OptionValues()));
    }

    private OutputFormat outputFormat(OptionValues values) {
        return named.outputFormat == null
                ? OutputFormat.of(output())
                : values.constant("--output-format", named.outputFormat, OutputFormat.class);
    }

    private static void checkInput(RunInput input, Path in, OptionValues values) {
        if (!Files.isRegularFile(in)) {
            values.problem(input
                    + (Files.exists(in)
                            ? " is not a regular file. To read from a pipe, pass - and redirect standard input"
                            : " does not exist"));
        } else if (!Files.isReadable(in)) {
            values.problem(input + " cannot be read");
        }
    }

    /** If its directory does not exist, neither does that of the output, which is reported already. */
    private static Path errors(Path output, Targets targets) {
        Path errors = RunFiles.errorsOf(output);
        return Files.isDirectory(requireNonNull(errors.getParent()))
                ? targets.file("the errors file " + errors, errors)
                : errors;
    }

    /** A link to the input counts as the input. */
    private static Path realPath(Path input) {
        try {
            return input.toRealPath();
        } catch (IOException e) {
            return input; // it does not exist, which is reported already
        }
    }

    private static Path path(String option, String text, OptionValues values) {
        String problem = FileNames.problem(text, "is not a file name");
        try {
            Path path = Path.of(text);
            if (!path.isAbsolute() && !FileNames.isWorkingDirectoryKnown()) {
                problem = "is relative to the working directory, which " + FileNames.hint();
            } else if (!text.isBlank() && path.toAbsolutePath().normalize().getParent() != null) {
                return path.toAbsolutePath().normalize();
            }
        } catch (InvalidPathException e) {
            // reported below, like other names that name no file
        }
        values.problem(option + " \"" + text + "\" " + problem);
        return Path.of("/" + option);
    }
}
