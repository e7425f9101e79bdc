package org.checkpointrecovery.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tells which parts have the results and errors of a job: the content of {@code parts.jsonl}, a line for each part, or for
 * some of its batches,
 *
 * <pre>
 * {"version":1,"part":0,"firstItem":0,"succeeded":998,"failed":2,"results":{"start":0,"length":81234,"at":0},
 *  "errors":{"start":0,"length":211,"at":0},"crc32c":"0b6f3c11"}
 * </pre>
 *
 * in item order, without a gap. A line ends wherever a checkpoint is. It is durable before that checkpoint; lines after it
 * do not count. Used by one thread.
 */
public final class PartIndex implements Closeable {
    private static final int VERSION = 1;
    /** More than any line has: ten numbers of 19 digits and their names. */
    private static final int LINE_BYTES = 512;

    private final SeekableByteChannel file;
    private final long bytes;
    private final ByteBuffer buffer = ByteBuffer.allocate(LINE_BYTES);
    /** Where the next line starts. */
    private long next;

    private PartIndex(SeekableByteChannel file) throws IOException {
        this.file = file;
        this.bytes = file.size();
    }

    /** @throws NoSuchFileException if the job has no parts */
    public static PartIndex open(Disk disk, JobFiles job) throws IOException {
        SeekableByteChannel file = disk.openForRead(job.partIndex());
        try {
            return new PartIndex(file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Returns a line of the file. */
    public static byte[] line(IndexedPart part) {
        return StoredJson.write(VERSION, part);
    }

    /**
     * Returns where the line ends that ends before an item, in bytes.
     *
     * @param item the next one to be processed; from 1
     * @throws DamagedFileException if there is no such line
     */
    public static long endBefore(Disk disk, JobFiles job, long item) throws IOException {
        try (PartIndex index = open(disk, job)) {
            IndexedPart last = index.find(IndexedPart::nextItem, item);
            if (last == null || last.nextItem() != item) {
                throw new DamagedFileException("File " + job.partIndex().getFileName() + " has no part that ends before"
                        + " item " + item
                        + ", where the checkpoint is. Nothing was changed. Restore the file and resume,"
                        + " or submit the job again.");
            }
            return index.next;
        }
    }

    /**
     * Returns the first part of this or a larger key; null if there is none. {@link #next} goes on behind it.
     *
     * @param key grows from part to part, or stays
     */
    @Nullable
    IndexedPart find(ToLongFunction<IndexedPart> key, long least) throws IOException {
        next = new SortedLines(file, bytes) {
            @Override
            protected long keyAt(long line) throws IOException {
                next = line;
                IndexedPart part = next();
                return part == null ? Long.MAX_VALUE : key.applyAsLong(part);
            }
        }.startOf(least);
        return next();
    }

    /** Returns the next part; null at the end, which is where a line is not whole. */
    public @Nullable IndexedPart next() throws IOException {
        file.position(next);
        buffer.clear();
        int end = -1;
        while (end < 0) {
            int start = buffer.position();
            if (!buffer.hasRemaining() || file.read(buffer) <= 0) {
                return null;
            }
            for (int i = start; end < 0 && i < buffer.position(); i++) {
                end = buffer.get(i) == '\n' ? i + 1 : -1;
            }
        }
        try {
            IndexedPart part = StoredJson.read(Arrays.copyOfRange(buffer.array(), 0, end), VERSION, IndexedPart.class);
            next += end;
            return part;
        } catch (DamagedFileException e) {
            return null; // a power cut left it, or who needs it misses it
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
