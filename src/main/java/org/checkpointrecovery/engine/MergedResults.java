package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ReadOnlyChannel;
import org.jspecify.annotations.Nullable;

/**
 * Merges the committed results of a job and of all retries of its failed items, in item order. Each file is sorted, so
 * only the next line of each is compared. If an item has several results, that of the newest job counts. Keeps at most
 * {@link #MAX_OPEN} files open and a few MiB in memory, plus the current line. Used by one thread.
 */
public final class MergedResults implements Closeable {
    /** Maximum number of files that stay open. If there are more, each is opened for each read. */
    static final int MAX_OPEN = 16;

    private static final int AT_A_TIME = 64;
    private static final int ALL_WINDOWS_BYTES = 4 * 1024 * 1024;
    private static final int LARGEST_WINDOW_BYTES = 256 * 1024;
    private static final int SMALLEST_WINDOW_BYTES = 4 * 1024;

    private final List<Lines> files = new ArrayList<>();
    private final PriorityQueue<Lines> byIndex = new PriorityQueue<>(
            Comparator.comparingLong(Lines::index).thenComparing(Lines::job, Comparator.reverseOrder()));
    private long last = -1;

    /**
     * Results of one job.
     *
     * @param start where the first line begins
     * @param end after the last line
     */
    record Part(JobId job, Source results, long start, long end) {}

    /** Has the results of a job. */
    interface Source {
        /** @throws java.nio.file.NoSuchFileException if they no longer exist */
        SeekableByteChannel open() throws IOException;
    }

    /** Results that are open only while they are read. */
    private static final class OpenedForEachRead extends ReadOnlyChannel {
        private final Part part;
        private long position;

        OpenedForEachRead(Part part) {
            this.part = part;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            try (SeekableByteChannel channel = part.results().open()) {
                int count = channel.position(position).read(into);
                position += Math.max(0, count);
                return count;
            }
        }

        @Override
        public SeekableByteChannel position(long newPosition) {
            position = newPosition;
            return this;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public long size() {
            return part.end();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /** The remaining lines of one file. */
    private static final class Lines implements Closeable {
        private final JobId job;
        private final SeekableByteChannel channel;
        private final LineSource source;
        private Items items;
        private int next;
        private long index;

        /** @param channel closed together with this object */
        Lines(JobId job, SeekableByteChannel channel, Part part, int windowBytes) throws IOException {
            this.job = job;
            this.channel = channel;
            source = new LineSource(
                    channel,
                    new LineSource.Lines(
                            part.end(),
                            windowBytes - 2, // a longer line is read only when it is returned
                            new Format(Format.Kind.RAW_LINES, Format.DEFAULT_DELIMITER),
                            false,
                            false),
                    part.start(),
                    0,
                    windowBytes);
            items = source.read(AT_A_TIME);
        }

        JobId job() {
            return job;
        }

        long index() {
            return index;
        }

        /** Moves to the next line; false at the end. */
        boolean advance() throws IOException {
            if (next == items.count()) {
                items = source.read(AT_A_TIME);
                next = 0;
            }
            if (items.count() == 0) {
                return false;
            }
            index = FailedIndexes.index(items.get(next));
            next++;
            return true;
        }

        byte[] line() throws IOException {
            Item line = items.get(next - 1);
            return line.cut() ? longLine() : Arrays.copyOfRange(line.bytes(), line.start(), line.end());
        }

        private byte[] longLine() throws IOException {
            long start = items.cutLineStart();
            ByteBuffer line = ByteBuffer.allocate(Math.toIntExact(items.nextBytes() - 1 - start));
            while (line.hasRemaining()) {
                channel.position(start + line.position());
                if (channel.read(line) < 0) {
                    throw new EOFException("the results of job " + job + " end in the middle of a line");
                }
            }
            return line.array();
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /**
     * Returns the results of one job.
     *
     * @param bytes the committed bytes of the file
     */
    public static MergedResults of(Disk disk, JobId job, Path file, long bytes) throws IOException {
        return new MergedResults(List.of(new Part(job, () -> disk.openForRead(file), 0, bytes)));
    }

    MergedResults(List<Part> parts) throws IOException {
        int windowBytes = Math.min(
                LARGEST_WINDOW_BYTES, Math.max(SMALLEST_WINDOW_BYTES, ALL_WINDOWS_BYTES / Math.max(1, parts.size())));
        boolean opened = false;
        try {
            for (Part part : parts) {
                SeekableByteChannel channel = parts.size() > MAX_OPEN
                        ? new OpenedForEachRead(part)
                        : part.results().open();
                Lines lines = new Lines(part.job(), channel, part, windowBytes);
                files.add(lines);
                if (lines.advance()) {
                    byIndex.add(lines);
                }
            }
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /** Returns the next result without its line end; null after the last. */
    public byte @Nullable [] next() throws IOException {
        while (true) {
            Lines first = byIndex.poll();
            if (first == null) {
                return null;
            }
            byte[] line = first.index() == last ? null : first.line();
            last = first.index();
            if (first.advance()) {
                byIndex.add(first);
            }
            if (line != null) {
                return line;
            }
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (Lines file : files) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
