package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.PartFiles;
import org.jspecify.annotations.Nullable;

/**
 * Assigns all ranges of an input to tasks that are lost now and then: a program for a process with little memory. Its argument
 * is the number of items, of 20 ms each. Prints how many ranges there were, and the bytes of heap at the end.
 */
final class ManyRanges {
    private static final int TASKS = 4;
    private static final Duration ITEM = Duration.ofMillis(20);
    private static final byte[] LINE = "a\n".getBytes(UTF_8);

    private ManyRanges() {}

    public static void main(String[] arguments) throws IOException {
        long items = Long.parseLong(arguments[0]);
        Random random = new Random(1);
        Generated disk = new Generated();
        CutJob job = CutJob.make(disk, "a\n", TestSpec.spec(), new Cuts(100, 16, 1 << 22, 409_600, false, -1));
        disk.inputBytes = items * LINE.length;
        job.order(TestSpec.spec(), new Cuts(100, 16, 1 << 22, 409_600, false, -1), Position.START);
        long[] nanos = {0};
        int ranges = 0;
        int ended = 0;
        try (Assignments assignments = Assignments.open(job.store(), 1, 0, () -> nanos[0])) {
            Map<Integer, Range> inProgress = new LinkedHashMap<>();
            for (int i = 0; ended < TASKS; i++) {
                int task = i % TASKS;
                Range done = inProgress.remove(task);
                if (done != null && random.nextInt(100) == 0) {
                    assignments.takeBack(task);
                } else if (done != null) {
                    disk.finish(done);
                    ranges++;
                    nanos[0] += ITEM.multipliedBy(done.items()).toNanos() / TASKS;
                }
                Optional<Range> next = assignments.next(task);
                next.ifPresent(range -> inProgress.put(task, range));
                ended = next.isPresent() ? 0 : ended + 1;
            }
        }
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.println(ranges + " " + (runtime.totalMemory() - runtime.freeMemory()));
    }

    /** Has an input of any size, a log that is not kept, and the ranges that were finished last. */
    private static final class Generated extends ForwardingDisk {
        private long inputBytes;
        private final Map<String, byte[]> finished = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
                return size() > 2 * TASKS;
            }
        };

        Generated() {
            super(new CrashingDisk(0));
        }

        void finish(Range range) throws IOException {
            CrashingDisk scratch = new CrashingDisk(0);
            PartFiles directory = new PartFiles(Path.of("/x"));
            scratch.createDirectory(directory.directory());
            RangeRecord.Batch batch =
                    new RangeRecord.Batch((int) range.items(), 0, 0, 0, range.nextBytes(), true, null);
            new RangeRecord(range.firstItem(), Duration.ZERO, List.of(batch)).write(scratch, directory);
            finished.put("%019d".formatted(range.firstItem()), scratch.read(directory.record()));
        }

        private byte @Nullable [] record(Path path) {
            Path name = path.getFileName();
            Path parent = path.getParent();
            byte[] own = name == null ? null : finished.get(name.toString());
            return own != null || parent == null || parent.getFileName() == null
                    ? own
                    : finished.get(parent.getFileName().toString());
        }

        @Override
        public boolean exists(Path path) {
            return record(path) != null || super.exists(path);
        }

        @Override
        public byte[] read(Path file) throws IOException {
            byte[] record = record(file);
            return record == null ? super.read(file) : record;
        }

        @Override
        public long size(Path file) throws IOException {
            if (file.equals(CutJob.INPUT)) {
                return inputBytes;
            }
            return record(file) == null ? super.size(file) : 0;
        }

        @Override
        public SeekableByteChannel openForRead(Path file) throws IOException {
            return file.equals(CutJob.INPUT) ? new Lines(inputBytes) : super.openForRead(file);
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            return file.toString().endsWith("cuts-1.jsonl") ? new Forgotten() : super.open(file);
        }
    }

    /** A file of which only the size is kept. */
    private static final class Forgotten implements DiskFile {
        private long size;

        @Override
        public long size() {
            return size;
        }

        @Override
        public void append(byte[] source, int start, int end) {
            size += end - start;
        }

        @Override
        public void cutBack(long bytes) {
            size = bytes;
        }

        @Override
        public void force() {}

        @Override
        public void close() {}
    }

    /** The same line again and again. */
    private static final class Lines implements SeekableByteChannel {
        private final long size;
        private long position;

        Lines(long size) {
            this.size = size;
        }

        @Override
        public int read(ByteBuffer into) {
            int count = (int) Math.min(into.remaining(), size - position);
            for (int i = 0; i < count; i++) {
                into.put(LINE[(int) ((position + i) % LINE.length)]);
            }
            position += count;
            return count == 0 ? -1 : count;
        }

        @Override
        public int write(ByteBuffer from) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public SeekableByteChannel position(long next) {
            position = next;
            return this;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public SeekableByteChannel truncate(long bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
