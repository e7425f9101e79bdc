package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/**
 * The file that a job's items are read from.
 *
 * @param indexes if the items are copies, the file of their indexes; otherwise null
 * @param foreign whether others than the service may write to the file
 * @param asSent whether each line is an item as it stands: no byte-order mark is skipped
 */
public record Input(Path file, @Nullable Path indexes, boolean foreign, boolean asSent) {
    /** A file that others made: an upload, or a path. */
    public static Input of(Path file, boolean foreign) {
        return new Input(file, null, foreign, false);
    }

    /**
     * The items of this input.
     *
     * @param endBytes how long the input was when the job was submitted
     * @param maxItemBytes the longest item that is not cut
     * @throws CsvHeader.BadHeaderException if the first record of a CSV input cannot name the fields of the others
     */
    public InputItems items(Disk disk, Format format, long endBytes, int maxItemBytes) throws IOException {
        return InputItems.of(this, disk, format, endBytes, maxItemBytes);
    }
}
