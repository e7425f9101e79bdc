package org.checkpointrecovery.engine.local;

import java.io.IOException;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.item.Items;

/** Has the items of a run processed by others than the thread that reads them. */
interface Processing extends AutoCloseable {
    /**
     * Puts the slice in order and has copies of the items processed into it. May wait for room.
     *
     * @return false if the run ends, and nothing more is to be read
     */
    boolean submit(Items items, Slice slice) throws IOException, InterruptedException;

    /** Nothing more is submitted. */
    void noMoreItems();

    /** Waits until no thread works any more; the run's control has told them to end. */
    @Override
    void close() throws IOException;
}
