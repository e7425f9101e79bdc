package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * The committed results of a job and of all that tried its failed items again, in item order. Each file is in order, so that
 * one line of each is held. Of an item that has more than one result, the newest job's counts. Used by one thread.
 */
public final class MergedResults implements Closeable {
    private static final int AT_A_TIME = 64;
    /** Longer than any result: an item or an answer of 64 MiB at the most, escaped, twice. */
    private static final int MAX_LINE_BYTES = 1024 * 1024 * 1024;

    private final List<Lines> files;
    private final PriorityQueue<Lines> byIndex = new PriorityQueue<>(
            Comparator.comparingLong(Lines::index).thenComparing(Lines::job, Comparator.reverseOrder()));
    private long last = -1;

    /** The lines of one file, from the one that is next. */
    static final class Lines implements Closeable {
        private final JobId job;
        private final LineSource source;
        private Items items;
        private int next;
        private long index;

        /** @param channel is closed with this */
        Lines(JobId job, SeekableByteChannel channel, long committedBytes) throws IOException {
            this.job = job;
            source = new LineSource(
                    channel,
                    new LineSource.Lines(
                            committedBytes,
                            MAX_LINE_BYTES,
                            new Format(Format.Kind.RAW_LINES, Format.DEFAULT_DELIMITER),
                            false,
                            false),
                    0,
                    0);
            items = source.read(AT_A_TIME);
        }

        JobId job() {
            return job;
        }

        long index() {
            return index;
        }

        /** Comes to the next line; false if there is none. */
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

        byte[] line() {
            Item line = items.get(next - 1);
            return Arrays.copyOfRange(line.bytes(), line.start(), line.end());
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /** @param files are closed with this */
    MergedResults(List<Lines> files) throws IOException {
        this.files = List.copyOf(files);
        for (Lines file : files) {
            if (file.advance()) {
                byIndex.add(file);
            }
        }
    }

    /** The next result, without its line end; null after the last. */
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
