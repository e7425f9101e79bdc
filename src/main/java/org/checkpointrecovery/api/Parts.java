package org.checkpointrecovery.api;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The body of a response, produced in parts as the client reads. Used by one thread at a time. */
interface Parts extends Closeable {
    /** The approximate size of a part in bytes. */
    int PART_BYTES = 32 * 1024;

    /** Returns the next part, not empty; null after the last. It does not change afterwards. */
    byte @Nullable [] next() throws IOException;

    /** Whether there is certainly no other part. */
    default boolean isAtEnd() {
        return false;
    }

    /** Whether producing the next part needs much memory. */
    default boolean isNextLarge() {
        return false;
    }

    @Override
    void close();
}
