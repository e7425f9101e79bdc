package org.checkpointrecovery.item;

import java.io.Closeable;
import java.io.IOException;

/** Reads the items of one input in order, from a byte position onward. Used by one thread. */
public interface ItemSource extends Closeable {
    /**
     * Reads on.
     *
     * @param max how many items at the most, at least 1
     * @return one item or more; none only at the end of the input. Valid until the next call
     * @throws InputTruncatedException if the input ends before it should
     */
    Items read(int max) throws IOException;
}
