package org.checkpointrecovery.engine.run;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.Processors;
import org.jspecify.annotations.Nullable;

/**
 * Has the items of one run processed, and brings what becomes of them, in item order, to the thread that commits it. What
 * differs from engine to engine is here; what every engine promises is the {@link RunTask}'s and the {@link CommitLoop}'s.
 */
public interface Feed {
    /** What earlier runs had finished beyond the checkpoint and is lost, so that it is done again; null if nothing is. */
    @Nullable
    Reason damage();

    /**
     * Begins to put slices into the queue, from threads of its own, and to finish it when no more come. {@link RunControl}
     * tells it when the run is to end.
     *
     * @param committedItems how many items the checkpoint counts
     */
    void begin(SliceQueue queue, LongSupplier committedItems)
            throws IOException, InterruptedException, Processors.UnavailableException;

    /** Whether all items were put into the queue, so that nothing is left to do when the last slice is committed. */
    boolean inputEnded();

    /** Ends all that it has begun; the control has told it to end, and the queue is closed. */
    void close() throws IOException, InterruptedException;

    /** Opens the feed of a run. */
    interface Factory {
        /** @param from where the run begins */
        Feed open(RunParts parts, Position from) throws IOException;
    }
}
