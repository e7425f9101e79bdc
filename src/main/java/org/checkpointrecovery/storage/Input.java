package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.item.RenumberedSource;
import org.checkpointrecovery.job.Position;
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
     * Opens the input where a run begins.
     *
     * @param endBytes how long the input was when the job was submitted
     * @param maxItemBytes the longest item that is not cut
     */
    public ItemSource open(Disk disk, long endBytes, int maxItemBytes, Position from) throws IOException {
        LineSource.Lines lines = new LineSource.Lines(endBytes, maxItemBytes, !asSent, indexes == null);
        ItemSource source = new LineSource(disk.openForRead(file), lines, from.inputBytes(), from.nextItem());
        if (indexes == null) {
            return source;
        }
        try {
            return new RenumberedSource(source, disk.openForRead(indexes), from.nextItem());
        } catch (IOException e) {
            source.close();
            throw e;
        }
    }
}
