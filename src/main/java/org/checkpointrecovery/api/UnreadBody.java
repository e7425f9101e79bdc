package org.checkpointrecovery.api;

import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and throws away what is left of a request's body once its answer is on its way. A client that sends all of a
 * refused body before it looks for the answer would meet a reset connection otherwise: a socket that is closed with
 * unread bytes takes back what it has sent (RFC 9112, 9.6). It goes on for at most {@link #LINGERING}.
 */
final class UnreadBody extends Handler.Wrapper {
    /** As nginx's {@code lingering_time}, but shorter: whoever sends on for longer loses the answer. */
    static final Duration LINGERING = Duration.ofSeconds(10);

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(
                new ReadLater(request),
                response,
                Callback.from(() -> read(request, callback, deadline()), callback::failed));
    }

    private static long deadline() {
        return System.nanoTime() + LINGERING.toNanos();
    }

    /** Jetty would fail the rest of the body before the answer is written. */
    private static final class ReadLater extends Request.Wrapper {
        ReadLater(Request request) {
            super(request);
        }

        @Override
        public boolean consumeAvailable() {
            return false;
        }
    }

    private static void read(Request request, Callback callback, long deadline) {
        while (System.nanoTime() - deadline < 0) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(() -> read(request, callback, deadline));
                return;
            }
            chunk.release();
            if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                break;
            }
        }
        callback.succeeded();
    }
}
