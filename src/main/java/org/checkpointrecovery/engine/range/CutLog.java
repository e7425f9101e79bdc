package org.checkpointrecovery.engine.range;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;

/**
 * The ranges into which an input was cut for one submission: the content of {@code cuts-1.jsonl}, a line for each,
 *
 * <pre>
 * {"version":1,"firstItem":0,"items":1000,"inputBytes":0,"nextBytes":52133,"last":false,"crc32c":"0b6f3c11"}
 * </pre>
 *
 * in item order, without a gap. A line is durable before a task gets its range, so that all who look for finished ranges
 * look in the same places. The service writes the first lines, the cluster appends the others.
 */
final class CutLog implements Closeable {
    private static final int VERSION = 1;
    private static final int PIECE_BYTES = 64 * 1024;

    private final DiskFile file;

    private CutLog(DiskFile file) {
        this.file = file;
    }

    /** Writes the first lines. */
    static void create(Disk disk, Path file, Iterable<Range> ranges) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Range range : ranges) {
            bytes.writeBytes(StoredJson.write(VERSION, range));
        }
        Replacement.write(disk, file, bytes.toByteArray());
    }

    /**
     * Opens a log to append to it, without the line that a crash has left incomplete.
     *
     * @param bytes where the complete lines end
     */
    static CutLog open(Disk disk, Path file, long bytes) throws IOException {
        DiskFile opened = disk.open(file);
        try {
            opened.cutBack(bytes);
            return new CutLog(opened);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /** Appends a range. Returns where the log ends now. */
    long append(Range range) throws IOException {
        byte[] line = StoredJson.write(VERSION, range);
        file.append(line, 0, line.length);
        file.force();
        return file.size();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Receives the ranges of a log. */
    interface Reader {
        /** @param place where its line starts, in bytes */
        void add(Range range, long place) throws IOException;
    }

    /**
     * Reads the complete lines of a log.
     *
     * @param from where the first of them starts, in bytes
     * @return where the last of them ends, in bytes
     */
    static long read(Disk disk, Path file, long from, Reader reader) throws IOException {
        if (!disk.exists(file)) {
            return from;
        }
        try (SeekableByteChannel channel = disk.openForRead(file)) {
            channel.position(from);
            long place = from;
            byte[] bytes = new byte[PIECE_BYTES];
            int length = 0;
            int count = channel.read(ByteBuffer.wrap(bytes));
            while (count > 0) {
                length += count;
                int start = 0;
                for (int end = lineEnd(bytes, start, length); end > 0; end = lineEnd(bytes, start, length)) {
                    Range range;
                    try {
                        range = StoredJson.read(Arrays.copyOfRange(bytes, start, end), VERSION, Range.class);
                    } catch (DamagedFileException e) {
                        if (place + end - start == channel.size()) {
                            return place; // a power cut left it; no task had its range
                        }
                        throw RangeStore.damaged(file, file, e);
                    }
                    reader.add(range, place);
                    place += end - start;
                    start = end;
                }
                System.arraycopy(bytes, start, bytes, 0, length - start);
                length -= start;
                if (length == bytes.length) {
                    throw RangeStore.damaged(file, file, new DamagedFileException("a line is too long"));
                }
                count = channel.read(ByteBuffer.wrap(bytes, length, bytes.length - length));
            }
            return place;
        }
    }

    /** Returns where a line ends; -1 if it is not complete. */
    private static int lineEnd(byte[] bytes, int start, int length) {
        for (int i = start; i < length; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }
}
