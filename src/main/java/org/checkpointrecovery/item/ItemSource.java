package org.checkpointrecovery.item;

import java.io.Closeable;
import java.io.IOException;

/** Reads the items of one input in order, from a byte position onward. Used by one thread. */
public interface ItemSource extends Closeable {
    /**
     * Reads the next items.
     *
     * @param max maximum number of items, at least 1
     * @return one or more items; none only at the end of the input. Valid until the next call
     * @throws InputTruncatedException if the input is shorter than expected
     */
    Items read(int max) throws IOException;
}
