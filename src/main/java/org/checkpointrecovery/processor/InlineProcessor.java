package org.checkpointrecovery.processor;

import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/**
 * Processes an item on the calling thread. Used by one thread at a time; an engine with several threads builds several
 * processors.
 */
public interface InlineProcessor {
    /**
     * Appends the item's result to {@code result}, as one JSON value without a line end.
     *
     * @return null if the item succeeded. Otherwise why it failed; {@code result} may then have a partial value, which
     *     the caller removes
     */
    @Nullable
    ItemFailure process(Item item, JsonBytes result);
}
