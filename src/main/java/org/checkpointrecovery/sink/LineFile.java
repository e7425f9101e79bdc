package org.checkpointrecovery.sink;

import java.io.Closeable;
import java.io.IOException;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.storage.DiskFile;

/**
 * A file of appended lines. Small appends are buffered, so that many tiny batches cost one write. Unforced bytes may be
 * lost in a crash, buffered or not.
 */
final class LineFile implements Closeable {
    private static final int GATHERED_BYTES = 256 * 1024;

    private final DiskFile file;
    private final JsonBytes gathered = new JsonBytes(1024);
    private long written;
    private boolean forced = true;

    /** @param committed bytes of the file, which are forced; all others are truncated */
    LineFile(DiskFile file, long committed) throws IOException {
        this.file = file;
        this.written = committed;
        if (file.size() != committed) {
            file.cutBack(committed);
            forced = false;
        }
    }

    /** Returns the size of the file, including buffered bytes. */
    long bytes() {
        return written + gathered.length();
    }

    void append(byte[] lines, int start, int end) throws IOException {
        if (end == start) {
            return;
        }
        forced = false;
        if (gathered.length() + (end - start) > GATHERED_BYTES) {
            write();
        }
        if (end - start > GATHERED_BYTES) {
            file.append(lines, start, end);
            written += end - start;
        } else {
            gathered.raw(lines, start, end);
        }
    }

    private void write() throws IOException {
        if (gathered.length() > 0) {
            file.append(gathered.array(), 0, gathered.length());
            written += gathered.length();
            gathered.clear();
        }
    }

    /** Makes all appended lines survive a power cut. */
    void force() throws IOException {
        write();
        if (!forced) {
            file.force();
            forced = true;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
