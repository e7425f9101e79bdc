package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Reads a request body as it arrives. Holds neither a thread nor a buffer while the client sends nothing. */
final class IncomingBody {
    private static final int BUFFER_BYTES = 32 * 1024;
    /** The number of bytes after which other requests get their turn. */
    private static final int TURN_BYTES = 1024 * 1024;

    private final Request request;
    private final Lanes lanes;
    private final Pace.Transfer transfer;
    private final Sink sink;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    /** Receives the body in pieces. */
    interface Sink {
        /** @param bytes reused after the call */
        void take(byte[] bytes, int count) throws IOException;
    }

    private IncomingBody(Request request, Lanes lanes, Pace.Transfer transfer, Sink sink) {
        this.request = request;
        this.lanes = lanes;
        this.transfer = transfer;
        this.sink = sink;
    }

    /**
     * Starts to read. The future completes once the sink has the whole body. It fails with a {@link BrokenException} if the body
     * ends early, or with the exception of the sink.
     */
    static CompletableFuture<Void> read(Context ctx, Transfers transfers, Sink sink) {
        Request request = ServletContextRequest.getServletContextRequest(ctx.req());
        EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
        IncomingBody body =
                new IncomingBody(request, transfers.lanes(), transfers.pace().begin(connection::close), sink);
        body.read();
        return body.done;
    }

    private void read() {
        byte[] buffer = null;
        int turn = 0;
        try {
            while (turn < TURN_BYTES) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    transfer.waits(System.nanoTime());
                    request.demand(() -> lanes.moving().execute(this::read));
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    throw new BrokenException(chunk.getFailure());
                }
                try {
                    transfer.moved(chunk.remaining(), System.nanoTime());
                    turn += chunk.remaining();
                    buffer = buffer == null ? new byte[Math.max(1, Math.min(BUFFER_BYTES, chunk.remaining()))] : buffer;
                    take(chunk.getByteBuffer(), buffer);
                } finally {
                    chunk.release();
                }
                if (chunk.isLast()) {
                    end(null);
                    return;
                }
            }
            lanes.moving().execute(this::read);
        } catch (Throwable e) {
            lanes.check(e);
            end(e);
        }
    }

    private void take(ByteBuffer from, byte[] buffer) throws IOException {
        while (from.hasRemaining()) {
            int count = Math.min(from.remaining(), buffer.length);
            from.get(buffer, 0, count);
            sink.take(buffer, count);
        }
    }

    private void end(@Nullable Throwable failure) {
        transfer.end();
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }

    /** The client disconnected or violated HTTP. */
    static final class BrokenException extends IOException {
        BrokenException(Throwable cause) {
            super("the body ended early", cause);
        }
    }
}
