package org.checkpointrecovery.item;

import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/**
 * Decodes raw items into the form that processors take. A source only finds the bounds of items, so that decoding
 * happens on the processing threads. Each thread has its own decoder.
 */
public interface ItemDecoder {
    /**
     * Decodes an item. Fails an item that is {@link Item#cut}.
     *
     * @return null if {@link #decoded} now has the item; otherwise why it failed
     */
    @Nullable
    ItemFailure decode(Item raw);

    /** Returns the last decoded item. Valid until the next call of {@link #decode}. */
    Item decoded();
}
