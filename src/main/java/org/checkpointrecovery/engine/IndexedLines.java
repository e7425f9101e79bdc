package org.checkpointrecovery.engine;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.checkpointrecovery.item.Item;

/**
 * The lines of a results or errors file, which start with the index of their item, in ascending order. Finds a line by
 * bisection: the number of lines it reads grows with the logarithm of the file's size.
 */
final class IndexedLines {
    private static final int READ_BYTES = 8 * 1024;
    /** More than the longest start of a line, which has an index of 19 digits. */
    private static final int START_BYTES = 40;

    private final SeekableByteChannel file;
    private final long bytes;

    /** @param bytes the committed bytes, which end with a line */
    IndexedLines(SeekableByteChannel file, long bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** Returns where the first line of this or a larger index begins; the end of the lines if there is none. */
    long startOf(long index) throws IOException {
        long least = 0;
        long most = bytes; // the line begins in [least, most]
        while (least < most) {
            long middle = least + (most - least) / 2;
            long line = lineFrom(middle);
            if (line < bytes && indexAt(line) < index) {
                least = line + 1;
            } else {
                most = middle;
            }
        }
        return lineFrom(least);
    }

    /** Returns the first position, from a position on, at which a line begins. */
    private long lineFrom(long position) throws IOException {
        if (position == 0) {
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        for (long at = position - 1; at < bytes; at += buffer.position()) {
            read(at, buffer);
            for (int i = 0; i < buffer.position(); i++) {
                if (buffer.get(i) == '\n') {
                    return Math.min(bytes, at + i + 1);
                }
            }
        }
        return bytes;
    }

    private long indexAt(long line) throws IOException {
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(START_BYTES, bytes - line));
        read(line, start);
        return FailedIndexes.index(new Item(start.array(), 0, start.position(), 0, false));
    }

    private void read(long position, ByteBuffer into) throws IOException {
        if (file.position(position).read(into.clear()) <= 0) {
            throw new EOFException("the file was truncated while it was read");
        }
    }
}
