package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files in the input directory that others write again, with the same bytes or others of the same size. */
class TouchedInputTest {
    private static final int ITEMS = 40_000;
    private static final int BATCH = 1000;
    private static final int CRASH_AT = 20_500;

    @TempDir
    private Path directory;

    private Path input = Path.of("");

    @BeforeEach
    void writeInput() throws IOException {
        input = directory.resolve("input.txt");
        Files.writeString(input, text());
    }

    /** Longer than both ends that an identity covers, together. */
    private static String text() {
        StringBuilder text = new StringBuilder("name,number\n");
        for (int i = 1; i < ITEMS; i++) {
            text.append("item ")
                    .append("of a long list ".repeat(3))
                    .append(100_000 + i)
                    .append(",\n");
            if (i % 50 == 0) {
                text.append('\n');
            }
        }
        return text.toString();
    }

    private TestService start(Disk disk) throws IOException {
        Path data = directory.resolve("data");
        if (!Files.exists(data)) {
            Files.createDirectory(data);
        }
        return TestService.start(disk, TestService.Options.of(data).inputs(directory));
    }

    private static TestSpec spec() {
        return TestSpec.spec().batchSize(BATCH).over(new InputSpec.InputPath("input.txt"));
    }

    private static TestSpec crashing() {
        return spec().crashAfter(CRASH_AT, CrashPoint.PROCESSING).commit(CommitMode.EACH);
    }

    /** Writes the bytes of the file again, as a sync of files does. */
    private void touch() throws IOException {
        byte[] bytes = Files.readAllBytes(input);
        Files.delete(input);
        Files.write(input, bytes);
        Files.setLastModifiedTime(
                input, FileTime.from(Instant.parse("2026-01-02T03:04:05Z").plusNanos(System.nanoTime())));
    }

    /** Changes one byte and sets the time of modification back: only the file system's own time tells. */
    private void changeByte(long position) throws IOException {
        FileTime modified = Files.getLastModifiedTime(input);
        byte[] bytes = Files.readAllBytes(input);
        bytes[(int) position] ^= 1;
        Files.write(input, bytes);
        Files.setLastModifiedTime(input, modified);
    }

    private String cleanResults(TestSpec spec) throws Exception {
        try (TestService service = start(new LocalDisk())) {
            JobId id = service.submit(spec);
            service.await(id, Status.COMPLETED);
            return service.results(id);
        }
    }

    enum Kind {
        LINES,
        PARALLEL,
        CSV,
        RAW_LINES;

        TestSpec of(TestSpec spec) {
            return switch (this) {
                case LINES -> spec;
                case PARALLEL -> spec.parallelism(3);
                case CSV -> spec.format(new Format(Format.Kind.CSV, ','));
                case RAW_LINES -> spec.format(new Format(Format.Kind.RAW_LINES, ','));
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_touched_input_is_the_same_input_at_every_stage(Kind kind) throws Exception {
        String clean = cleanResults(kind.of(spec()));
        JobId id;
        try (TestService service = start(new LocalDisk())) {
            id = service.submit(kind.of(crashing()).notStarted());
            touch();
            service.service().verbs().start(id);
            service.await(id, Status.CRASHED);
            touch();
        }
        GatedDisk gated = new GatedDisk(new LocalDisk(), "results.jsonl", 1); // the first force is that of the cut
        try (TestService service = start(gated)) {
            service.service().verbs().resume(id);
            Await.until("a commit waits", gated::isReached);
            service.service().verbs().pause(id);
            touch();
            gated.openGate();
            service.await(id, Status.PAUSED);
            assertThat(service.nextItem(id)).isBetween((long) CRASH_AT - BATCH, (long) ITEMS);
        }
        touch();
        try (TestService service = start(new LocalDisk())) {
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(clean);
        }
    }

    @Test
    void an_input_that_is_touched_while_it_is_read_is_the_same_input() throws Exception {
        String clean = cleanResults(spec());
        GatedDisk gated = new GatedDisk(new LocalDisk(), "results.jsonl", 1);
        try (TestService service = start(gated)) {
            JobId id = service.submit(spec());
            Await.until("a commit waits", gated::isReached);
            touch();
            gated.openGate();
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(clean);
        }
    }

    private JobId crash(TestService service) throws Exception {
        JobId id = service.submit(crashing());
        service.await(id, Status.CRASHED);
        return id;
    }

    private static String failure(TestService service, JobId id) throws Exception {
        service.service().verbs().resume(id);
        var reason = requireNonNull(service.await(id, Status.FAILED).state().reason());
        assertThat(reason.code()).isEqualTo(ErrorCode.INPUT_CHANGED);
        return reason.message();
    }

    @Test
    void a_change_among_the_bytes_that_were_read_is_found_and_said() throws Exception {
        try (TestService service = start(new LocalDisk())) {
            JobId id = crash(service);
            String committed = service.results(id);
            changeByte(150_000);
            assertThat(failure(service, id)).matches("(?s).*bytes 0 to \\d+, which were already read, have changed.*");
            assertThat(service.results(id)).isEqualTo(committed);
            changeByte(150_000);
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id).lines()).hasSize(ITEMS);
        }
    }

    @Test
    void a_change_at_an_end_is_found_and_said() throws Exception {
        try (TestService service = start(new LocalDisk())) {
            JobId id = crash(service);
            changeByte(Files.size(input) - 3);
            assertThat(failure(service, id)).contains("already read are unchanged, but its last 65536 bytes differ");
        }
    }

    @Test
    void a_change_among_bytes_that_are_read_in_the_same_run_is_found_at_its_end() throws Exception {
        GatedDisk gated = new GatedDisk(new LocalDisk(), "results.jsonl", 3);
        try (TestService service = start(gated)) {
            JobId id = service.submit(spec().commit(CommitMode.EACH));
            Await.until("a commit waits", gated::isReached);
            changeByte(70_000); // beyond the head, and read already
            gated.openGate();
            assertThat(requireNonNull(service.await(id, Status.FAILED).state().reason())
                            .code())
                    .isEqualTo(ErrorCode.INPUT_CHANGED);
        }
    }

    @Test
    void what_was_not_read_yet_may_change_as_long_as_the_size_and_the_ends_stay() throws Exception {
        try (TestService service = start(new LocalDisk())) {
            JobId id = crash(service);
            changeByte(Files.size(input) - 100_000);
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id).lines()).hasSize(ITEMS);
        }
    }

    @Test
    void the_consumed_part_is_read_again_once_for_each_touch() throws Exception {
        CountingDisk disk = new CountingDisk(input);
        try (TestService service = start(disk)) {
            JobId id = service.submit(crashing());
            service.await(id, Status.CRASHED);
            long consumed = Files.size(input) / 3;
            touch();
            assertThat(readByAResume(service, disk, id)).isGreaterThan(consumed);
            assertThat(readByAResume(service, disk, id)).isLessThan(consumed);
            assertThat(readByAResume(service, disk, id)).isLessThan(consumed);
            touch();
            assertThat(readByAResume(service, disk, id)).isGreaterThan(consumed);
        }
    }

    /** Bytes of the input that a run reads that is to end with its first batch. */
    private static long readByAResume(TestService service, CountingDisk disk, JobId id) throws Exception {
        long before = disk.bytes.get();
        disk.pauseAtRead(() -> {
            try {
                service.service().verbs().pause(id);
            } catch (RefusedException | IOException e) {
                throw new AssertionError(e);
            }
        });
        service.service().verbs().resume(id);
        service.await(id, Status.PAUSED);
        return disk.bytes.get() - before;
    }

    @Test
    void failed_items_of_a_touched_input_are_retried() throws Exception {
        try (TestService service = start(new LocalDisk())) {
            JobId id = service.submit(spec().failItems(Set.of(7L, 30_000L)));
            service.await(id, Status.COMPLETED);
            touch();
            JobId child = service.service()
                    .intake()
                    .retryFailed(id, null, null)
                    .view()
                    .job()
                    .id();
            service.await(child, Status.COMPLETED);
            assertThat(service.results(child)).contains("\"index\":7,").contains("\"index\":30000,");
            changeByte(150_000);
            assertThat(Refused.as(
                                    Refusal.NotAllowed.class,
                                    () -> service.service().intake().retryFailed(id, null, null))
                            .why())
                    .contains("has changed");
        }
    }

    @Test
    void a_checkpoint_without_a_checksum_of_the_input_counts_as_long_as_nobody_touches_the_input() throws Exception {
        for (boolean touched : new boolean[] {false, true}) {
            JobId id;
            try (TestService service = start(new LocalDisk())) {
                id = crash(service);
                for (String name : new String[] {"checkpoint.json", "checkpoint.previous.json"}) {
                    StoredFields.remove(
                            service.files(id).directory().resolve(name),
                            "inputCrc32c",
                            "inputModifiedAt",
                            "inputChangedAt");
                }
            }
            if (touched) {
                touch();
            }
            try (TestService service = start(new LocalDisk())) {
                if (touched) {
                    assertThat(failure(service, id)).contains("no checksum of the bytes already read was kept");
                } else {
                    service.service().verbs().resume(id);
                    service.await(id, Status.COMPLETED);
                }
            }
        }
    }

    /** Counts the bytes that are read of one file. */
    private static final class CountingDisk extends ForwardingDisk {
        private final AtomicLong bytes = new AtomicLong();
        private final Path counted;
        private volatile @Nullable Runnable onRead;

        CountingDisk(Path counted) {
            super(new LocalDisk());
            this.counted = counted;
        }

        /** Has something done once, when a read comes that is not part of a check. */
        void pauseAtRead(Runnable pause) {
            onRead = pause;
        }

        @Override
        public SeekableByteChannel openForRead(Path file) throws IOException {
            SeekableByteChannel channel = super.openForRead(file);
            return file.getFileName().equals(counted.getFileName())
                    ? new ForwardingChannel(channel) {
                        @Override
                        public int read(ByteBuffer into) throws IOException {
                            Runnable pause = onRead;
                            if (pause != null
                                    && Thread.currentThread().getName().endsWith("-reader")) {
                                onRead = null;
                                pause.run();
                            }
                            int count = super.read(into);
                            bytes.addAndGet(Math.max(0, count));
                            return count;
                        }
                    }
                    : channel;
        }
    }
}
