package org.checkpointrecovery.outbound;

import java.util.function.Consumer;

/** Makes calls, many at once. Thread-safe. */
public interface Caller extends AutoCloseable {
    /**
     * Starts a call and returns without waiting for the reply.
     *
     * @param replied called once with the reply, on any thread, perhaps before this method returns; never called if the
     *     caller is closed first
     */
    void call(Call call, Consumer<Reply> replied);

    /** Cancels all calls. Leaves no connection and no thread behind. */
    @Override
    void close();
}
