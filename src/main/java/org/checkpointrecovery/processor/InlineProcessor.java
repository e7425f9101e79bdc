package org.checkpointrecovery.processor;

import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/**
 * Turns an item into a result, or fails it, at once and on the calling thread. Used by one thread at a time: an engine that
 * works on several items at once builds several.
 */
public interface InlineProcessor {
    /**
     * Appends the item's result to {@code result}, as one JSON value without a line end.
     *
     * @return null if the item succeeded. Otherwise why it failed; {@code result} may then hold a part of a value, which
     *     the caller cuts off
     */
    @Nullable
    ItemFailure process(Item item, JsonBytes result);
}
