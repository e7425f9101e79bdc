package org.checkpointrecovery.api;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the parts of a response, each once the client has read the previous one. Blocks no thread while a client does not
 * read. If a part cannot be produced, closes the connection, so that the response does not look complete.
 */
final class Pump implements WriteListener {
    private static final Logger log = LoggerFactory.getLogger(Pump.class);
    /** The number of parts after which other requests get their turn. */
    private static final int TURN_PARTS = 32;

    private final ServletOutputStream out;
    private final EndPoint connection;
    private final Lanes lanes;
    private final Pace.Transfer transfer;
    private final Parts parts;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    /** Guards the parts, which may be closed while one is produced. */
    private final Object making = new Object();

    private byte @Nullable [] next; // guarded by making
    private boolean unflushed; // used only by the writing thread

    private Pump(Context ctx, Transfers transfers, Parts parts, byte @Nullable [] first) throws IOException {
        this.out = ctx.res().getOutputStream(); // Javalin's stream would buffer the writes
        this.connection = ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        this.lanes = transfers.lanes();
        this.transfer = transfers.pace().begin(connection::close);
        this.parts = parts;
        this.next = first;
    }

    /**
     * Responds with parts, which are closed in every case. If the first part cannot be produced, throws the cause before
     * anything is sent.
     */
    static void send(Context ctx, Transfers transfers, Parts parts) throws IOException {
        boolean begun = false;
        try {
            byte[] first = parts.next();
            if (first == null || parts.isAtEnd()) {
                ctx.result(first == null ? new byte[0] : first);
                return;
            }
            ctx.future(() -> {
                try {
                    return new Pump(ctx, transfers, parts, first).begin();
                } catch (IOException e) {
                    parts.close();
                    return CompletableFuture.failedFuture(e);
                }
            });
            begun = true;
        } finally {
            if (!begun) {
                parts.close();
            }
        }
    }

    /** Sends only the headers. A response without any write would declare the length 0. */
    static void head(Context ctx, Transfers transfers) {
        ctx.future(() -> {
            try {
                Pump pump = new Pump(ctx, transfers, Answers.NOTHING, null);
                pump.unflushed = true;
                return pump.begin();
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    private CompletableFuture<Void> begin() {
        out.setWriteListener(this);
        return done;
    }

    @Override
    public void onWritePossible() {
        lanes.moving().execute(() -> write(false));
    }

    @Override
    public void onError(Throwable failure) {
        end(); // the client disconnected
    }

    /**
     * After {@code isReady} was false, the container calls {@link #onWritePossible}.
     *
     * @param large whether this thread is for parts that need much memory; it produces only one of them
     */
    private void write(boolean large) {
        try {
            for (int turn = 0; turn < TURN_PARTS; turn++) {
                if (!out.isReady()) {
                    transfer.waits(System.nanoTime());
                    return;
                }
                if (!large && isNextLarge()) {
                    lanes.largeWork().execute(() -> write(true));
                    return;
                }
                byte[] part = take();
                if (part == null && unflushed) {
                    unflushed = false;
                    out.flush();
                    continue;
                }
                if (part == null) {
                    end();
                    return;
                }
                transfer.moved(part.length, System.nanoTime());
                out.write(part, 0, part.length);
                if (large) {
                    break;
                }
            }
            lanes.moving().execute(() -> write(false));
        } catch (PartException e) {
            log.warn("A response was aborted: {}", String.valueOf(e.getCause()));
            connection.close();
            end();
        } catch (IOException | RuntimeException e) {
            end(); // the client disconnected
        } catch (Error e) {
            lanes.check(e);
            connection.close();
            end();
            throw e;
        }
    }

    private boolean isNextLarge() {
        synchronized (making) {
            return !ended.get() && next == null && parts.isNextLarge();
        }
    }

    private byte @Nullable [] take() throws PartException {
        synchronized (making) {
            if (ended.get()) {
                return null;
            }
            byte[] first = next;
            if (first != null) {
                next = null;
                return first;
            }
            try {
                return parts.next();
            } catch (IOException | RuntimeException e) {
                throw new PartException(e);
            }
        }
    }

    private void end() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        transfer.end();
        synchronized (making) {
            parts.close();
        }
        done.complete(null);
    }

    /** A part could not be produced. */
    private static final class PartException extends Exception {
        PartException(Exception cause) {
            super(cause);
        }
    }
}
