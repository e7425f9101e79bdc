package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.checkpointrecovery.engine.CountedCalls;
import org.checkpointrecovery.engine.NewJob;
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
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FaultyDisk;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code run --retry-failed} after a completed run, on a disk whose power is cut, whose process is killed, or which fails, at
 * every operation. What it must leave is what a run leaves in which the items had succeeded at once.
 */
class FileRetryTest {
    private static final String LINES = "one\ntwo\n\nthree\r\nfour\nfive\nsix\nseven\neight";
    private static final Set<Long> FAILED = Set.of(0L, 3L, 4L, 7L);
    private static final Set<Long> FAILED_AGAIN = Set.of(3L);
    private static final Path ROOT = Path.of("/");
    private static final Path CHECKPOINT = Path.of("/checkpoint");
    private static final Path ERRORS = Path.of("/errors");
    private static final int CRASHED = -1;
    private static final int MAX_ITEM_BYTES = 1000;

    /** Each in a directory of its own, as links make possible: forcing one forces none of the others. */
    private static RunFiles filesOf(OutputFormat format, Path input, RunFiles.Streams streams) {
        return new RunFiles(
                input,
                Path.of("/out"),
                format,
                CHECKPOINT.resolve("checkpoint.json"),
                ERRORS.resolve("out.errors.jsonl"),
                streams);
    }

    /** Calls of the command with the same options, but for the items that fail. */
    private record Command(RunFiles files, Format format, RunProcessor processor, int maxItemBytes) {
        static Command of(OutputFormat output) {
            RunFiles files = filesOf(output, Path.of("/in.txt"), RunFiles.Streams.NONE);
            return new Command(files, Format.LINES, RunProcessor.textStats(), MAX_ITEM_BYTES);
        }

        /** A command whose items are in its spec. */
        static Command ofInline(OutputFormat output) {
            Path items = RunFiles.itemsOf(CHECKPOINT.resolve("checkpoint.json"));
            RunFiles files = filesOf(output, items, new RunFiles.Streams(true, false, true));
            return new Command(files, Format.LINES, RunProcessor.textStats(), MAX_ITEM_BYTES);
        }

        boolean isInline() {
            return files.streams().in();
        }

        private RunWork work(Set<Long> failing) {
            if (!isInline()) {
                return RunWork.of(spec(failing), processor);
            }
            JobSpec spec = spec(failing).over(new InputSpec.Inline());
            NewJob job = new NewJob(spec, LINES.lines().toList(), null);
            return new RunWork(job, processor, new RunInput("/input", null), false);
        }

        Command in(Format other) {
            return new Command(files, other, processor, maxItemBytes);
        }

        Command with(RunProcessor other) {
            return new Command(files, format, other, maxItemBytes);
        }

        Command limitedTo(int itemBytes) {
            return new Command(files, format, processor, itemBytes);
        }

        private JobSpec spec(Set<Long> failing) {
            return new JobSpec(
                    null,
                    null,
                    new ItemsSpec(new InputSpec.InputPath("in.txt", Decoding.NONE), format),
                    processor.spec(),
                    new Execution(EngineKind.LOCAL, 2, 1, CommitMode.EACH, null),
                    FailedItemLimits.NONE,
                    null,
                    null,
                    true,
                    failing.isEmpty() ? null : new Faults(null, CrashPoint.PROCESSING, failing, Duration.ZERO));
        }

        private FileRun.Machine machine(Disk disk, ProgressDisplay display) {
            return new FileRun.Machine(
                    disk,
                    Clock.systemUTC(),
                    file -> NO_LOCK,
                    display,
                    new FileRun.Console(InputStream.nullInputStream(), OutputStream.nullOutputStream()));
        }

        int run(Disk disk, Set<Long> failing, boolean fresh) throws Exception {
            FileRun.Machine machine = machine(disk, new Shown());
            return new FileRun(machine, files, work(failing), maxItemBytes).run(fresh);
        }

        int retry(Disk disk, Set<Long> failing) throws Exception {
            return retry(disk, failing, false, new Shown());
        }

        int retry(Disk disk, Set<Long> failing, boolean fresh, Shown shown) throws Exception {
            FileRun.Machine machine = machine(disk, shown);
            FileRun run = new FileRun(machine, files, work(failing), maxItemBytes);
            return new FileRetry(machine, files, run).run(fresh);
        }

        /** Returns the exit code, or {@link #CRASHED} if the disk crashed. */
        int retryUntilCrash(CrashingDisk disk, Set<Long> failing) throws Exception {
            try {
                int code = retry(disk, failing);
                return disk.isPowerCut() ? CRASHED : code;
            } catch (IOException | UncheckedIOException e) {
                assertThat(disk.isPowerCut()).as("%s", e).isTrue();
                return CRASHED;
            }
        }

        /** Returns a disk with what a run has left. */
        CrashingDisk completed(long seed, byte[] input, Set<Long> failing) throws Exception {
            CrashingDisk disk = emptyDisk(seed);
            if (!isInline()) {
                disk.write(files.input(), input);
            }
            assertThat(run(disk, failing, false)).isIn(CommandLineTool.DONE, CommandLineTool.ALL_ITEMS_FAILED);
            return disk;
        }

        CrashingDisk completed(long seed) throws Exception {
            return completed(seed, LINES.getBytes(StandardCharsets.UTF_8), FAILED);
        }

        /** Returns what a run leaves in which no other items failed. */
        Map<Path, String> expected(byte[] input, Set<Long> failing) throws Exception {
            return content(completed(0, input, failing));
        }

        Map<Path, String> expected() throws Exception {
            return expected(LINES.getBytes(StandardCharsets.UTF_8), FAILED_AGAIN);
        }
    }

    private static CrashingDisk emptyDisk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(CHECKPOINT);
        disk.createDirectory(ERRORS);
        disk.forceDirectory(ROOT);
        return disk;
    }

    /** Returns all files, after what was not forced is lost. */
    private static Map<Path, String> content(CrashingDisk disk) throws IOException {
        disk.restorePower();
        Map<Path, String> content = new TreeMap<>();
        for (Path directory : List.of(ROOT, CHECKPOINT, ERRORS)) {
            for (Path file : disk.list(directory)) {
                if (!disk.isDirectory(file)) {
                    content.put(file, disk.text(file));
                }
            }
        }
        return content;
    }

    private static final Closeable NO_LOCK = () -> {};

    /** What a user would see. */
    private static final class Shown extends ProgressDisplay {
        private final List<String> lines = new ArrayList<>();

        Shown() {
            super(Integer.MAX_VALUE, System.out, () -> 0);
        }

        @Override
        void show(SavedCheckpoint checkpoint) {
            lines.add(checkpoint.toString());
        }

        @Override
        void note(String text) {
            lines.add(text);
        }

        @Override
        void summary(String json) {
            lines.add(json);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_files_are_those_of_a_run_without_the_failures(OutputFormat format) throws Exception {
        Command command = Command.of(format);
        CrashingDisk disk = command.completed(1);
        Shown shown = new Shown();
        assertThat(command.retry(disk, FAILED_AGAIN, false, shown)).isEqualTo(CommandLineTool.DONE);
        assertThat(content(disk)).isEqualTo(command.expected());
        assertThat(shown.lines)
                .containsExactly(
                        "2 of 4 items (50.0 %)",
                        "4 of 4 items (100.0 %)",
                        "Retried 4 failed items: 3 succeeded, 1 failed again; checkpoint cleared",
                        "{\"retried\":4,\"succeeded\":3,\"failed\":1,\"checkpoint_cleared\":true}");
        assertThat(command.retry(disk, FAILED_AGAIN)).isEqualTo(CommandLineTool.ALL_ITEMS_FAILED);
        assertThat(content(disk)).isEqualTo(command.expected());
        assertThat(command.retry(disk, Set.of())).isEqualTo(CommandLineTool.DONE);
        assertThat(content(disk))
                .isEqualTo(command.expected(LINES.getBytes(StandardCharsets.UTF_8), Set.of()))
                .doesNotContainKey(command.files.errors());
    }

    @ParameterizedTest
    @EnumSource
    void a_power_cut_at_any_operation_leaves_the_old_pair_or_the_new_one_or_a_checkpoint(OutputFormat format)
            throws Exception {
        cutPowerAtAnyOperation(Command.of(format), 2);
    }

    @Test
    void a_power_cut_at_any_operation_does_the_same_to_the_items_of_a_spec() throws Exception {
        cutPowerAtAnyOperation(Command.ofInline(OutputFormat.JSONL), 1);
    }

    private static void cutPowerAtAnyOperation(Command command, int seeds) throws Exception {
        Map<Path, String> before = content(command.completed(0));
        Map<Path, String> expected = command.expected();
        for (long seed = 0; seed < seeds; seed++) {
            int code = CRASHED;
            int cut = 0;
            while (code == CRASHED) {
                String when = "seed " + seed + ", operation " + ++cut;
                CrashingDisk disk = command.completed(seed * 1000 + cut);
                disk.cutPowerAt(disk.operations() + cut);
                code = command.retryUntilCrash(disk, FAILED_AGAIN);
                if (code == CRASHED) {
                    assertConsistent(disk, command, before, expected, when);
                    disk.cutPowerAt(disk.operations() + 1 + new Random(seed * 1000 + cut).nextInt(60));
                    if (command.retryUntilCrash(disk, FAILED_AGAIN) == CRASHED) {
                        assertConsistent(disk, command, before, expected, when + ", then another");
                        assertThat(command.retryUntilCrash(disk, FAILED_AGAIN))
                                .as(when)
                                .isNotEqualTo(CRASHED);
                    }
                }
                assertThat(content(disk)).as(when).isEqualTo(expected);
            }
            assertThat(cut).isGreaterThan(50);
        }
    }

    /** Without a checkpoint, nobody would notice that output and errors do not belong together. */
    private static void assertConsistent(
            CrashingDisk disk, Command command, Map<Path, String> before, Map<Path, String> after, String when)
            throws IOException {
        Map<Path, String> now = content(disk);
        if (FileCheckpointStore.ownerOf(disk, command.files.checkpoint()).isEmpty()) {
            now.keySet().retainAll(before.keySet());
            assertThat(now).as(when).isIn(before, after);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_kill_at_any_operation_and_a_power_cut_later_leave_the_same(OutputFormat format) throws Exception {
        Command command = Command.of(format);
        Map<Path, String> expected = command.expected();
        int code = CRASHED;
        int kill = 0;
        while (code == CRASHED) {
            String when = "operation " + ++kill;
            CrashingDisk disk = command.completed(kill);
            disk.killProcessAt(disk.operations() + kill);
            code = command.retryUntilCrash(disk, FAILED_AGAIN);
            if (code == CRASHED) {
                disk.killProcess();
                disk.cutPowerAt(disk.operations() + 1 + new Random(kill).nextInt(30));
                if (command.retryUntilCrash(disk, FAILED_AGAIN) == CRASHED) {
                    disk.restorePower();
                    assertThat(command.retryUntilCrash(disk, FAILED_AGAIN))
                            .as(when)
                            .isNotEqualTo(CRASHED);
                }
            }
            assertThat(content(disk)).as(when).isEqualTo(expected);
        }
        assertThat(kill).isGreaterThan(50);
    }

    /** Otherwise a power cut takes it back, and what it counts has another name by then. */
    @Test
    void the_last_checkpoint_of_a_killed_process_is_forced_before_the_files_are_replaced() throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        Map<Path, String> expected = command.expected();
        int kill = 1;
        while (!hasLastCheckpoint(killed(command, 1, kill), command)) {
            kill++;
        }
        for (int seed = 0; seed < 8; seed++) {
            int code = CRASHED;
            for (int cut = 1; code == CRASHED; cut++) {
                CrashingDisk disk = killed(command, seed, kill);
                disk.cutPowerAt(disk.operations() + cut);
                code = command.retryUntilCrash(disk, FAILED_AGAIN);
                disk.restorePower();
                assertThat(command.retryUntilCrash(disk, FAILED_AGAIN))
                        .as("seed %d, operation %d", seed, cut)
                        .isIn(CommandLineTool.DONE, CommandLineTool.ALL_ITEMS_FAILED);
                assertThat(content(disk)).as("seed %d, operation %d", seed, cut).isEqualTo(expected);
            }
        }
    }

    private static CrashingDisk killed(Command command, long seed, int operation) throws Exception {
        CrashingDisk disk = command.completed(seed);
        disk.killProcessAt(disk.operations() + operation);
        assertThat(command.retryUntilCrash(disk, FAILED_AGAIN)).isEqualTo(CRASHED);
        disk.killProcess();
        return disk;
    }

    private static boolean hasLastCheckpoint(CrashingDisk disk, Command command) {
        return disk.exists(command.files.checkpoint())
                && disk.text(command.files.checkpoint()).contains("\"nextItem\":" + FAILED.size());
    }

    @ParameterizedTest
    @EnumSource
    void a_failed_call_of_the_disk_is_made_good_by_the_same_command(FaultyDisk.Fault fault) throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        Map<Path, String> expected = command.expected();
        int call = 0;
        for (boolean reached = true; reached; ) {
            String when = fault + " at call " + ++call;
            CrashingDisk medium = command.completed(call);
            FaultyDisk disk = new FaultyDisk(medium);
            disk.failAt(call, fault);
            int code;
            try {
                code = command.retry(disk, FAILED_AGAIN);
            } catch (IOException | UncheckedIOException e) {
                code = CommandLineTool.FAILED;
            }
            reached = disk.mend() != null;
            if (code != CommandLineTool.DONE) {
                assertThat(reached).as(when).isTrue();
                medium.restorePower();
                assertThat(command.retry(medium, FAILED_AGAIN)).as(when).isNotEqualTo(CommandLineTool.FAILED);
            }
            assertThat(content(medium)).as(when).isEqualTo(expected);
        }
        assertThat(call).isGreaterThan(20);
    }

    @Test
    void a_retry_calls_for_the_failed_items_alone_and_all_its_calls_have_new_keys() throws Exception {
        CountedCalls first = new CountedCalls(0, FAILED);
        Command command = Command.of(OutputFormat.JSONL);
        CountedCalls perfect = new CountedCalls(0, Set.of());
        byte[] input = LINES.getBytes(StandardCharsets.UTF_8);
        Map<Path, String> expected = command.with(calling(perfect)).expected(input, Set.of());
        int code = CRASHED;
        int cut = 0;
        while (code == CRASHED) {
            String when = "operation " + ++cut;
            CrashingDisk disk = command.with(calling(first)).completed(cut, input, Set.of());
            CountedCalls calls = new CountedCalls(cut, Set.of());
            Command retry = command.with(calling(calls));
            disk.cutPowerAt(disk.operations() + cut);
            code = retry.retryUntilCrash(disk, Set.of());
            if (code == CRASHED) {
                disk.restorePower();
                assertThat(retry.retryUntilCrash(disk, Set.of())).as(when).isEqualTo(CommandLineTool.DONE);
            }
            assertThat(content(disk)).as(when).isEqualTo(expected);
            calls.assertRepeated(FAILED.size(), code == CRASHED ? 3 : 0);
            assertThat(FAILED)
                    .as(when)
                    .allSatisfy(index -> assertThat(calls.calls(index)).isPositive());
            assertThat(calls.jobs()).as(when).hasSize(1).doesNotContainAnyElementsOf(first.jobs());
        }
        assertThat(cut).isGreaterThan(50);
    }

    private static RunProcessor calling(CountedCalls calls) {
        return new RunProcessor(CountedCalls.spec(3), "counted calls", calls, null);
    }

    @ParameterizedTest
    @CsvSource({"LINES, false", "RAW_LINES, false", "JSONL, false", "CSV, false", "LINES, true", "CSV, true"})
    void items_are_copied_as_they_are_in_every_format_and_encoding(Format.Kind kind, boolean zipped) throws Exception {
        String text = kind == Format.Kind.CSV
                ? "sep=;\nid;name\n1;\"a\n\"\"b\"\"\"\n2;c\n3\n4;\"" + "d".repeat(50) + "\ne\"\r\n5;f\n"
                : "1\n\"two\"\r\n  \"three\" \n\n\"" + "4".repeat(60) + "\"\n\"\u00e9\"\n[6]\n{\"a\":7}";
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] input = zipped ? gzip(utf8) : utf8;
        Set<Long> all = Set.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
        for (Set<Long> failed : List.of(all, Set.of(1L, 3L), Set.of(0L, 4L))) {
            Command limited = Command.of(OutputFormat.CSV).in(Format.of(kind)).limitedTo(40);
            CrashingDisk disk = limited.completed(1, input, failed);
            assertThat(limited.retry(disk, Set.of())).isEqualTo(CommandLineTool.DONE);
            assertThat(withoutOffsets(content(disk))).isEqualTo(withoutOffsets(limited.expected(input, Set.of())));
            assertThat(disk.text(limited.files.errors())).contains("ITEM_TOO_LONG");

            Command unlimited = limited.limitedTo(1000);
            int unused = unlimited.retry(disk, Set.of());
            assertThat(content(disk)).isEqualTo(unlimited.expected(input, Set.of()));
        }
    }

    /** The position of a copy in the file of the copies would tell nobody anything. */
    private static Map<Path, String> withoutOffsets(Map<Path, String> content) {
        content.replaceAll((file, text) -> text.replaceAll(" It begins at byte offset \\d+ of the input.", ""));
        return content;
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    /** What is done to the files of a completed run, and what is said about it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "in.txt | four | fear | item 3 of the input is not the one in the errors file",
                "in.txt | one\\n | | item 0 of the input is not the one in the errors file",
                "in.txt | eight | eight\\nnine | item 8 of the input is in neither of them",
                "in.txt | \\nseven\\neight | | there is an item 6 in /out, but the input has 6 items",
                "errors/out.errors.jsonl | index\":3 | index\":33 | item 3 of the input is in neither of them",
                "errors/out.errors.jsonl | index\":4 | index\":3 | has index 3 after index 3",
                "errors/out.errors.jsonl | index\":7 | index\":77 | item 7 of the input is in neither of them",
                "errors/out.errors.jsonl | {\"index\":7 | {\"index | has a line that is not a whole record with an item index: line 4",
                "errors/out.errors.jsonl | \"attempts\":1}\\n{\"index\":7 | {\"index\":7 | item 7 of the input is in neither of them",
                "out | }\\n] | } | does not end with ]",
                "out | ] | {} | has no comma before line 6",
                "out | ] | ]\\n{} | has text after the end of the array",
                "out | [ | | does not start with [",
                "out | {\"index\":1 | {\"number\":1 | not a whole record with an item index: line 2",
                "out | \"index\":2 | \"index\":0 | has index 0 after index 1",
                "out | {\"index\":6 | {\"index\":66 | item 6 of the input is in neither of them"
            })
    void files_that_do_not_belong_together_are_refused_and_kept(String file, String text, String other, String message)
            throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        CrashingDisk disk = command.completed(1);
        Path path = ROOT.resolve(file);
        String before = disk.text(path);
        String changed = before.replace(unescaped(text), other == null ? "" : unescaped(other));
        assertThat(changed).isNotEqualTo(before);
        disk.write(path, changed.getBytes(StandardCharsets.UTF_8));
        Map<Path, String> kept = content(disk);
        assertThatThrownBy(() -> command.retry(disk, Set.of()))
                .isInstanceOf(BadOptionsException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("Nothing was changed");
        assertThat(content(disk)).isEqualTo(kept);
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n");
    }

    @Test
    void an_output_in_another_format_is_refused() throws Exception {
        for (OutputFormat is : OutputFormat.values()) {
            for (OutputFormat other : OutputFormat.values()) {
                CrashingDisk disk = Command.of(is).completed(1);
                if (is != other) {
                    assertThatThrownBy(() -> Command.of(other).retry(disk, Set.of()))
                            .as("%s for %s", other, is)
                            .isInstanceOf(BadOptionsException.class)
                            .hasMessageContaining("/out is not ");
                }
            }
        }
    }

    @Test
    void nothing_is_done_without_failed_items() throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        CrashingDisk disk = command.completed(1, LINES.getBytes(StandardCharsets.UTF_8), Set.of());
        Map<Path, String> before = content(disk);
        Shown shown = new Shown();
        assertThat(command.retry(disk, Set.of(), false, shown)).isEqualTo(CommandLineTool.DONE);
        assertThat(shown.lines)
                .containsExactly(
                        "No failed items to retry: /errors/out.errors.jsonl has none, or does not exist",
                        "{\"retried\":0,\"succeeded\":0,\"failed\":0,\"checkpoint_cleared\":true}");
        assertThat(content(disk)).isEqualTo(before);
        disk.write(command.files.errors(), new byte[0]);
        assertThat(command.retry(disk, Set.of())).isEqualTo(CommandLineTool.DONE);
    }

    @Test
    void a_retry_without_an_output_is_refused() throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        CrashingDisk disk = command.completed(1);
        disk.delete(command.files.output());
        assertThatThrownBy(() -> command.retry(disk, Set.of()))
                .isInstanceOf(BadOptionsException.class)
                .hasMessageContaining("/out does not exist");
    }

    /** Cuts the power at the first operation that leaves a checkpoint. */
    private static CrashingDisk unfinished(Command command) throws Exception {
        for (int cut = 1; true; cut++) {
            CrashingDisk disk = command.completed(cut);
            disk.cutPowerAt(disk.operations() + cut);
            assertThat(command.retryUntilCrash(disk, FAILED_AGAIN)).isEqualTo(CRASHED);
            disk.restorePower();
            if (disk.exists(command.files.checkpoint())) {
                return disk;
            }
        }
    }

    @Test
    void a_run_is_refused_while_a_retry_is_unfinished_unless_it_is_fresh() throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        CrashingDisk disk = unfinished(command);
        Map<Path, String> before = content(disk);
        assertThatThrownBy(() -> command.run(disk, Set.of(), false))
                .isInstanceOf(BadOptionsException.class)
                .hasMessageContaining("unfinished retry of failed items")
                .hasMessageContaining("--retry-failed");
        assertThat(content(disk)).isEqualTo(before);
        assertThat(command.run(disk, FAILED_AGAIN, true)).isEqualTo(CommandLineTool.DONE);
        assertThat(content(disk)).isEqualTo(command.expected());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_retry_is_refused_while_a_run_is_unfinished(boolean fresh) throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        CrashingDisk disk = emptyDisk(1);
        disk.write(command.files.input(), LINES.getBytes(StandardCharsets.UTF_8));
        for (int cut = 20; !disk.exists(command.files.checkpoint()); cut++) {
            disk.cutPowerAt(disk.operations() + cut);
            assertThatThrownBy(() -> {
                        int code = command.run(disk, FAILED, false);
                        throw new IOException("ended with " + code);
                    })
                    .isInstanceOfAny(IOException.class, UncheckedIOException.class);
            disk.restorePower();
        }
        Map<Path, String> before = content(disk);
        assertThatThrownBy(() -> command.retry(disk, Set.of(), fresh, new Shown()))
                .isInstanceOf(BadOptionsException.class)
                .hasMessageContaining("belongs to a run that has not completed");
        assertThat(content(disk)).isEqualTo(before);
    }

    @Test
    void another_retry_may_be_discarded_with_fresh_wherever_it_stopped() throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        RunProcessor other = new RunProcessor(
                RunProcessor.textStats().spec(),
                "other",
                RunProcessor.textStats().processors(),
                null);
        int code = CRASHED;
        int refused = 0;
        for (int cut = 1; code == CRASHED; cut++) {
            CrashingDisk disk = command.completed(cut);
            disk.cutPowerAt(disk.operations() + cut);
            code = command.retryUntilCrash(disk, FAILED_AGAIN);
            disk.restorePower();
            if (FileCheckpointStore.ownerOf(disk, command.files.checkpoint()).isPresent()) {
                refused++;
                assertThatThrownBy(() -> command.with(other).retry(disk, FAILED_AGAIN))
                        .isInstanceOf(BadOptionsException.class)
                        .hasMessageContaining("belongs to another input, format or processor");
            }
            int unused = command.with(other).retry(disk, FAILED_AGAIN, true, new Shown());
            assertThat(content(disk)).as("operation %d", cut).isEqualTo(command.expected());
        }
        assertThat(refused).isGreaterThan(20);
    }

    @Test
    void a_table_with_other_columns_is_not_merged() throws Exception {
        Command command = Command.of(OutputFormat.CSV);
        CrashingDisk disk = command.completed(1);
        Map<Path, String> before = content(disk);
        Command other = command.with(calling(new CountedCalls(1, Set.of())));
        assertThatThrownBy(() -> other.retry(disk, Set.of()))
                .isInstanceOf(BadOptionsException.class)
                .hasMessageContaining(
                        "/out has the columns index,original,length,word_count,uppercase, but the results")
                .hasMessageContaining("have index,length.");
        assertThat(content(disk)).containsAllEntriesOf(before);
        assertThat(command.retry(disk, FAILED_AGAIN, true, new Shown())).isEqualTo(CommandLineTool.DONE);
        assertThat(content(disk)).isEqualTo(command.expected());
    }

    @Test
    void the_id_of_a_retry_is_durable_before_its_first_call_and_is_that_of_no_run() throws Exception {
        Command command = Command.of(OutputFormat.JSON);
        CrashingDisk disk = unfinished(command);
        assertThat(FileCheckpointStore.ownerOf(disk, command.files.checkpoint()))
                .hasValueSatisfying(
                        id -> assertThat(id).extracting(JobId::value).asString().startsWith("try-"));
    }
}
