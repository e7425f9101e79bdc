package org.checkpointrecovery.engine.run;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.Processors;
import org.jspecify.annotations.Nullable;

/**
 * Processes the items of one run and delivers the outcomes, in item order, to the thread that commits. Each engine has
 * its own feed; {@link RunTask} and {@link CommitLoop} implement what all engines guarantee.
 */
public interface Feed {
    /**
     * Describes uncommitted outcomes of earlier runs that were lost, so that their items are reprocessed; null if none
     * were.
     */
    @Nullable
    Reason damage();

    /**
     * Starts threads that put slices into the queue and finish it after the last one. {@link RunControl} tells them
     * when the run must end.
     *
     * @param committedItems the number of committed items
     */
    void begin(SliceQueue queue, LongSupplier committedItems)
            throws IOException, InterruptedException, Processors.UnavailableException;

    /** Whether all items were put into the queue, so that the run is complete when the last slice is committed. */
    boolean inputEnded();

    /**
     * Opens where the run puts its outcomes. Removes uncommitted ones.
     *
     * @param from where the run starts
     */
    default Sink sink(RunParts parts, Position from) throws IOException {
        return FileSink.open(parts.disk(), parts.order().target(), from);
    }

    /** Stops all threads. Call after the control has told the run to end and the queue is closed. */
    void close() throws IOException, InterruptedException;

    /** Opens the feed of a run. */
    interface Factory {
        /** @param from where the run starts */
        Feed open(RunParts parts, Position from) throws IOException;
    }
}
