package org.checkpointrecovery.api;

import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and discards the rest of a request body after the response was sent. Otherwise a client that sends the whole body
 * before it reads the response would get a reset connection: closing a socket with unread bytes discards the bytes it has
 * sent (RFC 9112, 9.6). Continues for at most {@link #LINGERING}.
 */
final class UnreadBody extends Handler.Wrapper {
    /** Like nginx's {@code lingering_time}, but shorter. Clients that send for longer lose the response. */
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

    /** Prevents Jetty from failing the rest of the body before the response is written. */
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
