package org.checkpointrecovery.storage;

import java.io.Closeable;
import java.io.IOException;

/** A file that is open for writing at its end. One thread at a time. */
public interface DiskFile extends Closeable {
    /** Bytes in the file, with those that are not forced. */
    long size() throws IOException;

    /** Writes all bytes of {@code source} from {@code start} to {@code end} at the end of the file. */
    void append(byte[] source, int start, int end) throws IOException;

    /** Cuts the file back to {@code size} bytes. */
    void cutBack(long size) throws IOException;

    /** On return the file's bytes and size survive a power cut. */
    void force() throws IOException;
}
