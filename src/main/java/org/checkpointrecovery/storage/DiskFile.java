package org.checkpointrecovery.storage;

import java.io.Closeable;
import java.io.IOException;

/** A file that is open for appending. Use from one thread at a time. */
public interface DiskFile extends Closeable {
    /** Returns the size in bytes, including unforced bytes. */
    long size() throws IOException;

    /** Appends the bytes of {@code source} from {@code start} (inclusive) to {@code end} (exclusive). */
    void append(byte[] source, int start, int end) throws IOException;

    /** Truncates the file to {@code size} bytes. */
    void cutBack(long size) throws IOException;

    /** Makes the file's bytes and size survive a power cut. */
    void force() throws IOException;
}
