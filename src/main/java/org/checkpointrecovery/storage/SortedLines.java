package org.checkpointrecovery.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/**
 * Lines in ascending order of a key. Finds a line by bisection: the number of lines it reads grows with the logarithm of
 * the file's size.
 */
public abstract class SortedLines {
    private static final int READ_BYTES = 8 * 1024;

    private final SeekableByteChannel file;
    private final long bytes;

    /** @param bytes of the file that are read; they end with a line */
    protected SortedLines(SeekableByteChannel file, long bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** Returns the key of the line that begins at a position. */
    protected abstract long keyAt(long line) throws IOException;

    /** Returns where the first line of this or a larger key begins; the end of the lines if there is none. */
    public long startOf(long key) throws IOException {
        long least = 0;
        long most = bytes; // the line begins in [least, most]
        while (least < most) {
            long middle = least + (most - least) / 2;
            long line = lineFrom(middle);
            if (line < bytes && keyAt(line) < key) {
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

    /**
     * Reads from a position on: at least one byte, and no more than there is room.
     *
     * @throws EOFException if the file has none there
     */
    protected final void read(long position, ByteBuffer into) throws IOException {
        if (file.position(position).read(into.clear()) <= 0) {
            throw new EOFException("the file was truncated while it was read");
        }
    }
}
