package org.checkpointrecovery.item;

import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/**
 * Turns items as they stand in the input into the form that processors take. A source only finds where items begin and end;
 * what that costs is paid where they are processed. One for each thread.
 */
public interface ItemDecoder {
    /**
     * Decodes an item; fails one that is {@link Item#cut}.
     *
     * @return null if {@link #decoded} has it now. Otherwise why it failed before it came to a processor
     */
    @Nullable
    ItemFailure decode(Item raw);

    /** The item that was decoded last, until the next one is. */
    Item decoded();
}
