package org.checkpointrecovery.processor.http;

import java.util.function.Consumer;

/** Makes calls, many at once. Thread-safe. */
interface Caller extends AutoCloseable {
    /**
     * Begins a call and returns without waiting for its answer.
     *
     * @param replied is told once what came of it, from any thread, perhaps before this method returns; or never, if the
     *     caller is closed before
     */
    void call(Call call, Consumer<Reply> replied);

    /** Breaks off all calls, and leaves no connection and no thread. */
    @Override
    void close();
}
