package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.Input;
import org.jspecify.annotations.Nullable;

/**
 * Copies items of an input to a file of their own, and their indexes to another. Both survive a power cut after {@link #force}.
 * Used by one thread.
 */
public final class ItemCopies implements Closeable {
    private static final int WRITE_BYTES = 256 * 1024;

    private final SeekableByteChannel raw;
    private final DiskFile lineFile;
    private final DiskFile indexFile;
    private final JsonBytes lines = new JsonBytes(WRITE_BYTES);
    private final JsonBytes indexes = new JsonBytes(WRITE_BYTES / 16);
    private long count;

    private ItemCopies(SeekableByteChannel raw, DiskFile lineFile, DiskFile indexFile) {
        this.raw = raw;
        this.lineFile = lineFile;
        this.indexFile = indexFile;
    }

    /**
     * Opens both files, and creates missing ones.
     *
     * @param input of the items
     */
    public static ItemCopies open(Disk disk, Input input, Path items, Path indexes) throws IOException {
        SeekableByteChannel raw = input.open(disk);
        try {
            DiskFile lineFile = disk.open(items);
            try {
                return new ItemCopies(raw, lineFile, disk.open(indexes));
            } catch (IOException e) {
                lineFile.close();
                throw e;
            }
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /**
     * Truncates both files. Call before the first copy.
     *
     * @param header of the input, which the copies start with, too; null if it has none
     */
    public void begin(@Nullable CsvHeader header) throws IOException {
        for (DiskFile file : new DiskFile[] {lineFile, indexFile}) {
            if (file.size() > 0) {
                file.cutBack(0);
            }
        }
        if (header != null && header.raw().length > 0) {
            append(header.raw(), 0, header.raw().length);
        }
    }

    /**
     * Copies an item with its index.
     *
     * @param item one of {@code items}
     * @param items as they were read last
     */
    public void add(Item item, Items items) throws IOException {
        if (item.cut()) {
            flush(lines, lineFile);
            copyLine(items.cutLineStart(), items.nextBytes());
        } else {
            append(item.bytes(), item.start(), item.end());
        }
        indexes.raw(ByteBuffer.allocate(Long.BYTES).putLong(item.index()).array());
        count++;
        if (lines.length() >= WRITE_BYTES || indexes.length() >= WRITE_BYTES) {
            flush(lines, lineFile);
            flush(indexes, indexFile);
        }
    }

    /** Returns the number of copied items. */
    public long count() {
        return count;
    }

    /** Makes all copies survive a power cut, but not the names of new files. */
    public void force() throws IOException {
        flush(lines, lineFile);
        flush(indexes, indexFile);
        lineFile.force();
        indexFile.force();
    }

    private static void flush(JsonBytes bytes, DiskFile file) throws IOException {
        file.append(bytes.array(), 0, bytes.length());
        bytes.clear();
    }

    /**
     * Appends a line and its end: CR LF if the line ends in a carriage return, which a line feed alone would make part
     * of the line end.
     */
    private void append(byte[] line, int start, int end) {
        lines.raw(line, start, end).raw(endFor(end == start ? 0 : line[end - 1]));
    }

    private static byte[] endFor(byte last) {
        return last == '\r' ? new byte[] {'\r', '\n'} : new byte[] {'\n'};
    }

    /** Copies a line of any length with its end. Adds an end if it has none. */
    private void copyLine(long from, long to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(WRITE_BYTES);
        raw.position(from);
        byte last = 0;
        for (long left = to - from; left > 0; ) {
            buffer.clear().limit((int) Math.min(left, buffer.capacity()));
            int read = raw.read(buffer);
            if (read < 0) {
                throw new DamagedFileException("the input ends before byte " + to);
            }
            lineFile.append(buffer.array(), 0, read);
            last = read > 0 ? buffer.array()[read - 1] : last;
            left -= read;
        }
        if (last != '\n') {
            byte[] end = endFor(last);
            lineFile.append(end, 0, end.length);
        }
    }

    @Override
    public void close() throws IOException {
        try (raw;
                lineFile;
                indexFile) {
            // closes all, even if one throws
        }
    }
}
