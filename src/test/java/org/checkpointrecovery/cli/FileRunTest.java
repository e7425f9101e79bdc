package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The {@code run} command on a disk whose power is cut, or whose process is killed, at every operation. */
class FileRunTest {
    private static final RunFiles FILES =
            RunFiles.of(Path.of("/in.txt"), Path.of("/out.json"), Path.of("/.checkpoint.json"));
    private static final String LINES = "one\ntwo\n\nthree\nfour\nfive\nsix\nseven\n";
    private static final int SEEDS = 4;

    @ParameterizedTest
    @EnumSource
    void the_output_is_that_of_a_clean_run_when_the_power_is_cut_at_any_operation(CommitMode commit) throws Exception {
        String clean = cleanOutput(commit);
        for (long seed = 0; seed < SEEDS; seed++) {
            int operation = 1;
            boolean crashed = true;
            while (crashed) {
                CrashingDisk disk = diskWithInput(seed);
                disk.cutPowerAt(operation);
                crashed = !isDone(disk, commit);
                Random random = new Random(seed * 1000 + operation);
                if (crashed) {
                    disk.restorePower();
                    touchAtTimes(disk, random);
                    disk.cutPowerAt(disk.operations() + 1 + random.nextInt(40));
                    if (!isDone(disk, commit)) {
                        disk.restorePower();
                        touchAtTimes(disk, random);
                        assertThat(isDone(disk, commit)).isTrue();
                    }
                }
                assertDone(disk, clean, "seed " + seed + ", operation " + operation);
                operation++;
            }
            assertThat(operation).isGreaterThan(20);
        }
    }

    /** The same bytes at another time are the same input. */
    private static void touchAtTimes(CrashingDisk disk, Random random) {
        if (random.nextBoolean()) {
            disk.touchAll(Instant.ofEpochSecond(random.nextInt(1_000_000)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_output_is_that_of_a_clean_run_when_the_process_is_killed_at_any_operation(CommitMode commit)
            throws Exception {
        String clean = cleanOutput(commit);
        int operation = 1;
        boolean crashed = true;
        while (crashed) {
            CrashingDisk disk = diskWithInput(operation);
            disk.killProcessAt(operation);
            crashed = !isDone(disk, commit);
            if (crashed) {
                disk.killProcess();
                assertThat(isDone(disk, commit)).isTrue();
            }
            assertDone(disk, clean, "operation " + operation);
            operation++;
        }
        assertThat(operation).isGreaterThan(20);
    }

    private static void assertDone(CrashingDisk disk, String clean, String when) {
        disk.restorePower(); // what is not forced now is lost
        assertThat(disk.text(FILES.output())).as(when).isEqualTo(clean);
        assertThat(disk.exists(FILES.checkpoint())).as(when).isFalse();
        assertThat(disk.exists(FILES.growing())).as(when).isFalse();
    }

    private static String cleanOutput(CommitMode commit) throws Exception {
        CrashingDisk disk = diskWithInput(0);
        assertThat(isDone(disk, commit)).isTrue();
        String output = disk.text(FILES.output());
        assertThat(output).startsWith("[\n{\"index\":0,").endsWith("}\n]\n").hasLineCount(9 - 2 + 1);
        return output;
    }

    @ParameterizedTest
    @EnumSource
    void the_output_of_every_format_is_that_of_a_clean_run_when_the_power_is_cut(Format.Kind kind) throws Exception {
        Format format = new Format(kind, ',');
        CrashingDisk whole = diskWithInput(0);
        assertThat(isDone(whole, CommitMode.EACH, format)).isTrue();
        String clean = whole.text(FILES.output());
        boolean crashed = true;
        for (int operation = 1; crashed; operation++) {
            CrashingDisk disk = diskWithInput(operation);
            disk.cutPowerAt(operation);
            crashed = !isDone(disk, CommitMode.EACH, format);
            if (crashed) {
                disk.restorePower();
                assertThat(isDone(disk, CommitMode.EACH, format)).isTrue();
            }
            assertDone(disk, clean, "operation " + operation);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, UTF-8", "false, UTF-16LE", "true, windows-1252"})
    void the_output_of_a_decoded_input_is_that_of_the_text_when_the_power_is_cut(boolean zipped, String charset)
            throws Exception {
        TextEncoding encoding = TextEncoding.of(charset).orElseThrow();
        byte[] text = LINES.getBytes(Charset.forName(charset));
        byte[] input = zipped ? gzip(text) : text;
        String clean = cleanOutput(CommitMode.EACH);
        boolean crashed = true;
        int operation = 1;
        for (; crashed; operation++) {
            CrashingDisk disk = new CrashingDisk(operation);
            disk.write(FILES.input(), input);
            disk.cutPowerAt(operation);
            crashed = !isDone(disk, CommitMode.EACH, Format.LINES, encoding);
            if (crashed) {
                disk.restorePower();
                touchAtTimes(disk, new Random(operation));
                disk.cutPowerAt(disk.operations() + 1 + operation % 37);
                if (!isDone(disk, CommitMode.EACH, Format.LINES, encoding)) {
                    disk.restorePower();
                    assertThat(isDone(disk, CommitMode.EACH, Format.LINES, encoding))
                            .isTrue();
                }
            }
            assertDone(disk, clean, "operation " + operation);
            assertThat(disk.exists(FILES.decoded())).isFalse();
            assertThat(disk.exists(FILES.decoding())).isFalse();
        }
        assertThat(operation).isGreaterThan(30);
    }

    @ParameterizedTest
    @CsvSource({"JSON, true", "JSONL, false", "JSONL, true", "CSV, false", "CSV, true"})
    void the_output_in_every_format_and_through_streams_is_that_of_a_clean_run(OutputFormat format, boolean streams)
            throws Exception {
        Path output = streams ? RunFiles.outputOf(FILES.checkpoint()) : FILES.output();
        RunFiles files = new RunFiles(
                streams ? RunFiles.inputOf(FILES.checkpoint()) : FILES.input(),
                output,
                format,
                FILES.checkpoint(),
                RunFiles.errorsOf(output),
                new RunFiles.Streams(streams, streams, true));
        String clean = "";
        boolean crashed = true;
        int operation = 0; // of the power cut; 0 for none
        for (; crashed || operation == 1; operation++) {
            CrashingDisk disk = streams ? new CrashingDisk(operation) : diskWithInput(operation);
            if (operation > 0) {
                disk.cutPowerAt(operation);
            }
            String printed = printed(disk, files);
            crashed = printed == null;
            if (printed == null) {
                disk.restorePower();
                printed = requireNonNull(printed(disk, files));
            }
            disk.restorePower();
            String results = streams ? printed : disk.text(output);
            clean = operation == 0 ? results : clean;
            assertThat(results).as("operation %d", operation).isEqualTo(clean);
            assertThat(disk.list(Path.of("/")))
                    .as("operation %d", operation)
                    .containsExactlyElementsOf(streams ? List.of() : List.of(files.input(), output));
        }
        assertThat(clean).hasLineCount(format == OutputFormat.JSONL ? 7 : format == OutputFormat.CSV ? 8 : 9);
        assertThat(operation).isGreaterThan(30);
    }

    /** Returns what a call of the command has printed; null if it does not complete before the crash. */
    private static @Nullable String printed(CrashingDisk disk, RunFiles files) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        FileRun.Console console =
                new FileRun.Console(new ByteArrayInputStream(LINES.getBytes(StandardCharsets.UTF_8)), printed);
        RunProcessor processor = RunProcessor.textStats();
        JobSpec spec = spec(processor, CommitMode.EACH, Format.LINES, TextEncoding.UTF_8, null);
        FileRun.Machine machine =
                new FileRun.Machine(disk, Clock.systemUTC(), file -> NO_LOCK, new Recorder(), console);
        try {
            int code = new FileRun(machine, files, RunWork.of(spec, processor), 1000).run(false);
            return code == CommandLineTool.DONE && !disk.isPowerCut() ? printed.toString(StandardCharsets.UTF_8) : null;
        } catch (IOException | java.io.UncheckedIOException e) {
            assertThat(disk.isPowerCut()).as("%s", e).isTrue();
            return null;
        }
    }

    /** Among them are the moments after the last checkpoint, when the file of the items is deleted. */
    @ParameterizedTest
    @CsvSource({"JSON, 0", "CSV, 0", "JSONL, 4", "JSONL, 1"})
    void the_output_of_inline_items_is_that_of_a_clean_run_when_the_power_is_cut(OutputFormat format, long crashItem)
            throws Exception {
        RunFiles files = new RunFiles(
                RunFiles.itemsOf(FILES.checkpoint()),
                FILES.output(),
                format,
                FILES.checkpoint(),
                FILES.errors(),
                new RunFiles.Streams(true, false, true));
        Faults crash = crashItem == 0 ? null : new Faults(crashItem, CrashPoint.PROCESSING, Set.of(), Duration.ZERO);
        RunProcessor processor = RunProcessor.textStats();
        JobSpec spec = spec(processor, CommitMode.EACH, Format.LINES, TextEncoding.UTF_8, crash)
                .over(new InputSpec.Inline());
        NewJob job = new NewJob(spec, LINES.lines().toList(), null);
        RunWork work = new RunWork(job, processor, new RunInput("/input", null), false);
        String clean = "";
        boolean crashed = true;
        int operation = 0; // of the power cut; 0 for none
        for (; crashed || operation == 1; operation++) {
            CrashingDisk disk = new CrashingDisk(operation);
            if (operation > 0) {
                disk.cutPowerAt(operation);
            }
            crashed = !isDoneInTwoCalls(disk, files, work);
            if (crashed) {
                disk.restorePower();
                touchAtTimes(disk, new Random(operation));
                disk.cutPowerAt(disk.operations() + 1 + operation % 37);
                if (!isDoneInTwoCalls(disk, files, work)) {
                    disk.restorePower();
                    assertThat(isDoneInTwoCalls(disk, files, work))
                            .as("operation %d", operation)
                            .isTrue();
                }
            }
            disk.restorePower(); // what is not forced now is lost
            clean = operation == 0 ? disk.text(files.output()) : clean;
            assertThat(disk.text(files.output())).as("operation %d", operation).isEqualTo(clean);
            assertThat(disk.list(Path.of("/"))).as("operation %d", operation).containsExactly(files.output());
        }
        assertThat(clean).contains("seven");
        assertThat(operation).isGreaterThan(30);
    }

    /** The first call may end with a rehearsed crash. */
    private static boolean isDoneInTwoCalls(CrashingDisk disk, RunFiles files, RunWork work) throws Exception {
        FileRun.Machine machine = new FileRun.Machine(
                disk,
                Clock.systemUTC(),
                file -> NO_LOCK,
                new Recorder(),
                new FileRun.Console(InputStream.nullInputStream(), OutputStream.nullOutputStream()));
        try {
            int code = new FileRun(machine, files, work, 1000).run(false);
            if (code == CommandLineTool.SIMULATED_CRASH && !disk.isPowerCut()) {
                code = new FileRun(machine, files, work, 1000).run(false);
            }
            return code == CommandLineTool.DONE && !disk.isPowerCut();
        } catch (IOException | java.io.UncheckedIOException e) {
            assertThat(disk.isPowerCut()).as("%s", e).isTrue();
            return false;
        }
    }

    @Test
    void a_crash_repeats_no_more_calls_than_were_allowed_at_once_and_all_have_the_same_keys() throws Exception {
        CrashingDisk whole = diskWithInput(0);
        assertThat(isDone(whole, calling(new CountedCalls(0, Set.of()), 3), false))
                .isTrue();
        String clean = whole.text(FILES.output());
        boolean crashed = true;
        int operation = 1;
        for (; crashed; operation++) {
            CountedCalls calls = new CountedCalls(operation, Set.of());
            CrashingDisk disk = diskWithInput(operation);
            disk.cutPowerAt(operation);
            crashed = !isDone(disk, calling(calls, 3), false);
            if (crashed) {
                disk.restorePower();
                boolean over = disk.exists(FILES.output())
                        && FileCheckpointStore.ownerOf(disk, FILES.checkpoint()).isEmpty();
                assertThat(over || isDone(disk, calling(calls, 3), false)).isTrue();
            }
            assertDone(disk, clean, "operation " + operation);
            assertThat(disk.list(Path.of("/"))).containsExactly(FILES.input(), FILES.output());
            calls.assertRepeated(7, crashed ? 3 : 0);
            assertThat(calls.jobs()).as("operation %d", operation).hasSize(1);
        }
        assertThat(operation).isGreaterThan(30);
    }

    @Test
    void a_fresh_run_and_one_with_another_processor_make_their_calls_with_other_keys() throws Exception {
        CountedCalls calls = new CountedCalls(1, Set.of());
        CrashingDisk disk = diskWithInput(1);
        for (int operation = 1; !disk.exists(FILES.checkpoint()) || calls.total() == 0; operation++) {
            disk.cutPowerAt(disk.operations() + operation);
            assertThat(isDone(disk, calling(calls, 3), false)).isFalse();
            disk.restorePower();
        }
        assertThat(calls.jobs()).hasSize(1);
        byte[] before = disk.bytes(FILES.checkpoint());
        RunProcessor other = new RunProcessor(CountedCalls.spec(3), "another endpoint", calls, null);
        assertThatThrownBy(() -> isDone(disk, other, false))
                .isInstanceOf(BadOptionsException.class)
                .hasMessageContaining("belongs to another input, format or processor");
        assertThat(disk.bytes(FILES.checkpoint())).isEqualTo(before);
        assertThat(isDone(disk, other, true)).isTrue();
        assertThat(isDone(disk, other, false)).isTrue();
        assertThat(calls.jobs()).hasSize(3);
    }

    @Test
    void the_concurrency_may_change_while_a_run_goes_on() throws Exception {
        CountedCalls calls = new CountedCalls(1, Set.of());
        CrashingDisk disk = diskWithInput(1);
        for (int operation = 1; !disk.exists(FILES.checkpoint()); operation++) {
            disk.cutPowerAt(disk.operations() + operation);
            assertThat(isDone(disk, calling(calls, 3), false)).isFalse();
            disk.restorePower();
        }
        assertThat(isDone(disk, calling(calls, 1), false)).isTrue();
        calls.assertRepeated(7, 3);
    }

    private static RunProcessor calling(CountedCalls calls, int concurrency) {
        return new RunProcessor(CountedCalls.spec(concurrency), "counted calls", calls, null);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void an_input_that_is_no_text_in_utf_8_is_refused_and_leaves_nothing() throws Exception {
        byte[] wide = ("\ufeff" + LINES).getBytes(StandardCharsets.UTF_16BE);
        byte[] whole = gzip(LINES.getBytes(StandardCharsets.UTF_8));
        for (byte[] input : new byte[][] {wide, gzip(wide), Arrays.copyOf(whole, whole.length - 9)}) {
            for (Format.Kind kind : Format.Kind.values()) {
                CrashingDisk disk = new CrashingDisk(1);
                disk.write(FILES.input(), input);
                assertThatThrownBy(() -> isDone(disk, CommitMode.EACH, new Format(kind, ',')))
                        .isInstanceOf(BadOptionsException.class)
                        .hasMessageContaining("--input in.txt cannot be used: ");
                assertThat(disk.list(Path.of("/"))).containsExactly(FILES.input());
            }
        }
    }

    @Test
    void a_checkpoint_of_another_format_is_refused_and_kept() throws Exception {
        CrashingDisk disk = diskWithInput(1);
        for (int operation = 1; !disk.exists(FILES.checkpoint()); operation++) {
            disk.cutPowerAt(disk.operations() + operation);
            assertThat(isDone(disk, CommitMode.EACH, new Format(Format.Kind.CSV, ',')))
                    .isFalse();
            disk.restorePower();
        }
        byte[] before = disk.bytes(FILES.checkpoint());
        Format csv = new Format(Format.Kind.CSV, ',');
        for (Format other : new Format[] {
            Format.LINES,
            new Format(Format.Kind.CSV, ';'),
            csv.withNames(FieldNames.NUMBERED),
            csv.withNames(new FieldNames.Given(List.of("one"))),
            csv.withSkipRecords(1),
            csv.withQuote(Format.Quote.NONE)
        }) {
            assertThatThrownBy(() -> isDone(disk, CommitMode.EACH, other))
                    .isInstanceOf(BadOptionsException.class)
                    .hasMessageContaining("belongs to another input, format or processor");
        }
        assertThat(disk.bytes(FILES.checkpoint())).isEqualTo(before);
        assertThat(isDone(disk, CommitMode.EACH, new Format(Format.Kind.CSV, ',')))
                .isTrue();
    }

    @Test
    void the_checkpoint_of_a_file_that_names_its_delimiter_is_that_of_the_delimiter() throws Exception {
        CrashingDisk disk = new CrashingDisk(1);
        disk.write(FILES.input(), ("sep=;\na;b\n" + "1;2\n".repeat(9)).getBytes(StandardCharsets.UTF_8));
        for (int operation = 1; !disk.exists(FILES.checkpoint()); operation++) {
            disk.cutPowerAt(disk.operations() + operation);
            assertThat(isDone(disk, CommitMode.EACH, Format.of(Format.Kind.CSV)))
                    .isFalse();
            disk.restorePower();
        }
        assertThat(isDone(disk, CommitMode.EACH, new Format(Format.Kind.CSV, ';')))
                .isTrue();
        assertThat(disk.text(FILES.output())).contains("{\\\"a\\\":\\\"1\\\",\\\"b\\\":\\\"2\\\"}");
    }

    @Test
    void the_percentage_is_shown_at_every_checkpoint() throws Exception {
        Recorder recorder = new Recorder();
        assertThat(isDone(diskWithInput(0), CommitMode.EACH, Format.LINES, TextEncoding.UTF_8, recorder))
                .isTrue();
        assertThat(recorder.shown)
                .containsExactly(
                        "2 of 7 items (28.5 %)",
                        "4 of 7 items (57.1 %)",
                        "6 of 7 items (85.7 %)",
                        "7 of 7 items (100.0 %)",
                        "{\"total_items\":7,\"processed\":7,\"failed\":1,\"checkpoint_cleared\":true}");
    }

    @Test
    void a_header_that_cannot_be_used_is_refused() {
        CrashingDisk disk = new CrashingDisk(1);
        disk.write(FILES.input(), "a,a\n1,2\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> isDone(disk, CommitMode.EACH, new Format(Format.Kind.CSV, ',')))
                .isInstanceOf(BadOptionsException.class)
                .hasMessageContaining("both named");
        assertThat(disk.exists(FILES.growing())).isFalse();
    }

    private static CrashingDisk diskWithInput(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.write(FILES.input(), LINES.getBytes(StandardCharsets.UTF_8));
        return disk;
    }

    /** Whether a call of the command completes before the crash. */
    private static boolean isDone(CrashingDisk disk, CommitMode commit) throws Exception {
        return isDone(disk, commit, Format.LINES);
    }

    private static boolean isDone(CrashingDisk disk, CommitMode commit, Format format) throws Exception {
        return isDone(disk, commit, format, TextEncoding.UTF_8);
    }

    private static boolean isDone(CrashingDisk disk, CommitMode commit, Format format, TextEncoding encoding)
            throws Exception {
        return isDone(disk, commit, format, encoding, new Recorder());
    }

    private static boolean isDone(
            CrashingDisk disk, CommitMode commit, Format format, TextEncoding encoding, ProgressDisplay display)
            throws Exception {
        Faults faults = new Faults(null, CrashPoint.PROCESSING, Set.of(5L), Duration.ZERO);
        RunProcessor processor = RunProcessor.textStats();
        return isDone(disk, spec(processor, commit, format, encoding, faults), processor, false, display);
    }

    private static boolean isDone(CrashingDisk disk, RunProcessor processor, boolean fresh) throws Exception {
        JobSpec spec = spec(processor, CommitMode.GROUP, Format.LINES, TextEncoding.UTF_8, null);
        return isDone(disk, spec, processor, fresh, new Recorder());
    }

    private static JobSpec spec(
            RunProcessor processor, CommitMode commit, Format format, TextEncoding encoding, @Nullable Faults faults) {
        return new JobSpec(
                null,
                null,
                new ItemsSpec(new InputSpec.InputPath("in.txt", Decoding.from(encoding)), format),
                processor.spec(),
                new Execution(EngineKind.LOCAL, 2, 1, commit, null),
                FailedItemLimits.NONE,
                null,
                null,
                true,
                faults);
    }

    private static boolean isDone(
            CrashingDisk disk, JobSpec spec, RunProcessor processor, boolean fresh, ProgressDisplay display)
            throws Exception {
        FileRun.Machine machine = new FileRun.Machine(
                disk,
                Clock.systemUTC(),
                file -> NO_LOCK,
                display,
                new FileRun.Console(InputStream.nullInputStream(), OutputStream.nullOutputStream()));
        try {
            int code = new FileRun(machine, FILES, RunWork.of(spec, processor), 1000).run(fresh);
            return (code == CommandLineTool.DONE || code == CommandLineTool.ALL_ITEMS_FAILED) && !disk.isPowerCut();
        } catch (IOException | java.io.UncheckedIOException e) {
            assertThat(disk.isPowerCut()).as("%s", e).isTrue();
            return false;
        }
    }

    private static final Closeable NO_LOCK = () -> {};

    /** Records what a user would see. */
    private static final class Recorder extends ProgressDisplay {
        private final List<String> shown = new ArrayList<>();

        Recorder() {
            super(Integer.MAX_VALUE, System.out, () -> 0);
        }

        @Override
        void show(SavedCheckpoint checkpoint) {
            shown.add(checkpoint.toString());
        }

        @Override
        void summary(String json) {
            shown.add(json);
        }
    }
}
