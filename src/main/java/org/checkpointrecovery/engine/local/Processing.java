package org.checkpointrecovery.engine.local;

import java.io.IOException;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.item.Items;

/** Processes the items of a run on other threads than the reading one. */
interface Processing extends AutoCloseable {
    /**
     * Queues the slice and has copies of the items processed into it. May wait for room.
     *
     * @return false if the run ends and the reader must stop
     */
    boolean submit(Items items, Slice slice) throws IOException, InterruptedException;

    /** Announces that no more items are submitted. */
    void noMoreItems();

    /** Waits until all threads have stopped. The run's control has told them to end. */
    @Override
    void close() throws IOException;
}
