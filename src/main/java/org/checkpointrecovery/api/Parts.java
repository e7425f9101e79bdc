package org.checkpointrecovery.api;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The body of an answer, made piece by piece as the client takes it. Used by one thread at a time. */
interface Parts extends Closeable {
    /** About as many bytes as a piece has. */
    int PART_BYTES = 32 * 1024;

    /** The next piece, not empty; null after the last. It is not changed afterwards. */
    byte @Nullable [] next() throws IOException;

    /** Whether it is certain that there is no other piece. */
    default boolean isAtEnd() {
        return false;
    }

    /** Whether it takes much memory to make the next piece. */
    default boolean isNextLarge() {
        return false;
    }

    @Override
    void close();
}
