package org.checkpointrecovery.storage;

import java.io.Closeable;
import java.io.IOException;

/** A file that is being uploaded, piece by piece. Closing it deletes what was not published. Used by one thread at a time. */
public interface IncomingFile extends Closeable {
    /**
     * Appends all bytes of {@code source} from {@code start} to {@code end}.
     *
     * @throws FileStore.TooLargeException if the file has too many bytes then
     */
    void append(byte[] source, int start, int end) throws IOException;

    /** Keeps the file. On return it survives a power cut. */
    UploadedFile publish() throws IOException;

    /** Deletes the file if it was not published; never throws. */
    @Override
    void close();
}
