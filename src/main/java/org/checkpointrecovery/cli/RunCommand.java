package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
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
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.storage.FileNames;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one job over a file, without a service. */
@Command(
        name = "run",
        description =
                "Runs one job over a file. After a crash, run again with the same options, it goes on from its checkpoint.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the job is done",
            "1:the job failed; standard error says why and what to do",
            "2:the options or the input cannot be used",
            "3:a simulated crash",
            "5:the job is done, but every item failed"
        })
final class RunCommand implements Callable<Integer> {
    @Option(
            names = "--input",
            required = true,
            description = "file with the items, one a line; gzip and zstd are decoded")
    private String input = "";

    @Option(names = "--output", required = true, description = "file for the results, one JSON array")
    private String output = "";

    @Option(names = "--checkpoint", description = "file for the checkpoint (the output's name with .checkpoint.json)")
    private @Nullable String checkpoint;

    @Option(names = "--batch-size", defaultValue = "1000", description = "items in a batch (${DEFAULT-VALUE})")
    private String batchSize = "";

    @Option(
            names = "--format",
            defaultValue = "lines",
            description = "what an item is: lines, raw-lines, jsonl or csv (${DEFAULT-VALUE})")
    private String format = "";

    @Mixin
    private CsvOptions csv = new CsvOptions();

    @Option(
            names = "--encoding",
            defaultValue = "UTF-8",
            description =
                    "encoding of the input: UTF-8, UTF-16, UTF-16LE, UTF-16BE, windows-1252 or ISO-8859-1 (${DEFAULT-VALUE})")
    private String encoding = "";

    @Option(
            names = "--commit",
            defaultValue = "group",
            description =
                    "group: batches share a commit when the disk is slow; each: one commit a batch (${DEFAULT-VALUE})")
    private String commit = "";

    @Option(names = "--parallelism", defaultValue = "1", description = "threads that process (${DEFAULT-VALUE})")
    private String parallelism = "";

    @Option(
            names = "--max-item-bytes",
            defaultValue = "1M",
            description = "bytes of one item at the most; a longer one fails (${DEFAULT-VALUE})")
    private String maxItemBytes = "";

    @Option(names = "--simulate-crash", paramLabel = "N", description = "crash once N items are processed")
    private @Nullable String simulateCrash;

    @Option(
            names = "--crash-point",
            defaultValue = "processing",
            description = "where --simulate-crash strikes (${DEFAULT-VALUE})")
    private String crashPoint = "";

    @Option(names = "--fresh", description = "forget an old checkpoint and begin with the first item")
    private boolean fresh;

    @Override
    public Integer call() throws BadOptionsException, IOException, InterruptedException {
        OptionValues values = new OptionValues();
        JobSpec spec = spec(values);
        int itemBytes = (int) values.bytes("--max-item-bytes", maxItemBytes, 1, ServeCommand.MAX_ITEM_BYTES);
        RunFiles files = files(values);
        values.throwIfWrong();
        FileRun.Machine machine = new FileRun.Machine(
                LocalDisk.underUmask(), Clock.systemUTC(), RunCommand::tryLock, ProgressDisplay.forThisTerminal());
        return new FileRun(machine, files, spec, itemBytes).run(fresh);
    }

    /** The lock dies with the process. */
    private static @Nullable Closeable tryLock(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (channel.tryLock() == null) {
            channel.close();
            return null;
        }
        return channel;
    }

    private JobSpec spec(OptionValues values) {
        Faults faults = null;
        CrashPoint point = values.constant("--crash-point", crashPoint, CrashPoint.class);
        if (simulateCrash != null) {
            long items = values.number("--simulate-crash", simulateCrash, 1, Long.MAX_VALUE / 2);
            faults = new Faults(items, point, Set.of(), Duration.ZERO);
        }
        return new JobSpec(
                null,
                new InputSpec.InputPath(input, Decoding.from(encoding(values))),
                csv.format(values.constant("--format", format, Format.Kind.class), values),
                new ProcessorSpec.TextStats(),
                EngineKind.LOCAL,
                (int) values.number("--batch-size", batchSize, 1, JobSpec.MAX_BATCH_SIZE),
                (int) values.number("--parallelism", parallelism, 1, JobSpec.MAX_PARALLELISM),
                values.constant("--commit", commit, CommitMode.class),
                FailedItemLimits.NONE,
                null,
                true,
                faults);
    }

    private TextEncoding encoding(OptionValues values) {
        return TextEncoding.of(encoding).orElseGet(() -> {
            values.problem("--encoding must be one of " + TextEncoding.names() + ", but is \"" + encoding + "\"");
            return TextEncoding.UTF_8;
        });
    }

    private RunFiles files(OptionValues values) {
        Path in = path("--input", input, values);
        Path out = path("--output", output, values);
        String savedName = checkpoint == null ? output + ".checkpoint.json" : checkpoint;
        Path saved = path("--checkpoint", savedName, values);
        Targets targets = new Targets(values);
        RunFiles files = new RunFiles(
                in,
                targets.file("--output " + output, out),
                targets.file("--checkpoint " + savedName, saved),
                errors(out, targets));
        files.besides().forEach(targets::own);
        if (!Files.isRegularFile(in)) {
            values.problem("--input " + input + (Files.exists(in) ? " is not a regular file" : " is not there"));
        } else if (!Files.isReadable(in)) {
            values.problem("--input " + input + " cannot be read");
        }
        List<Path> all = new ArrayList<>(files.besides());
        all.addAll(List.of(realPath(in), files.output(), files.checkpoint(), files.errors()));
        if (Set.copyOf(all).size() < all.size()) {
            values.problem("--input, --output and --checkpoint must be different files");
        }
        return files;
    }

    /** Where its directory is not there, the output's is not either, which is noted. */
    private static Path errors(Path output, Targets targets) {
        Path errors = RunFiles.errorsOf(output);
        return Files.isDirectory(requireNonNull(errors.getParent()))
                ? targets.file("the errors file " + errors, errors)
                : errors;
    }

    /** A link to the input is the input too. */
    private static Path realPath(Path input) {
        try {
            return input.toRealPath();
        } catch (IOException e) {
            return input; // it is not there, which is noted
        }
    }

    private static Path path(String option, String text, OptionValues values) {
        String problem = FileNames.problem(text, "is not the name of a file");
        try {
            Path path = Path.of(text);
            if (!path.isAbsolute() && !FileNames.isWorkingDirectoryKnown()) {
                problem = "is relative to the working directory, which " + FileNames.hint();
            } else if (!text.isBlank() && path.toAbsolutePath().normalize().getParent() != null) {
                return path.toAbsolutePath().normalize();
            }
        } catch (InvalidPathException e) {
            // reported below, like the other names that are no files
        }
        values.problem(option + " \"" + text + "\" " + problem);
        return Path.of("/" + option);
    }
}
