package org.checkpointrecovery.storage;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** A file that is open for appending. Use from one thread at a time. */
public interface DiskFile extends Closeable {
    /** What {@link #append(SeekableByteChannel, long)} reads at a time, if the system does not copy. */
    int COPY_BYTES = 256 * 1024;

    /** Returns the size in bytes, including unforced bytes. */
    long size() throws IOException;

    /** Appends the bytes of {@code source} from {@code start} (inclusive) to {@code end} (exclusive). */
    void append(byte[] source, int start, int end) throws IOException;

    /**
     * Appends bytes of another file, from its position on.
     *
     * @throws EOFException if it has less
     */
    default void append(SeekableByteChannel from, long bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        for (long left = bytes; left > 0; left -= buffer.position()) {
            buffer.clear().limit((int) Math.min(left, COPY_BYTES));
            if (from.read(buffer) < 0) {
                throw new EOFException("the file to copy from was truncated");
            }
            append(buffer.array(), 0, buffer.position());
        }
    }

    /** Truncates the file to {@code size} bytes. */
    void cutBack(long size) throws IOException;

    /** Makes the file's bytes and size survive a power cut. */
    void force() throws IOException;
}
