package org.checkpointrecovery.storage;

import java.io.Closeable;
import java.io.IOException;

/** A file that is being uploaded in pieces. Closing deletes an unpublished file. Used by one thread at a time. */
public interface IncomingFile extends Closeable {
    /**
     * Appends the bytes of {@code source} from {@code start} (inclusive) to {@code end} (exclusive).
     *
     * @throws FileStore.TooLargeException if the file would exceed its maximum size
     */
    void append(byte[] source, int start, int end) throws IOException;

    /** Publishes the file. On return it survives a power cut. */
    UploadedFile publish() throws IOException;

    /** Deletes an unpublished file. Never throws. */
    @Override
    void close();
}
