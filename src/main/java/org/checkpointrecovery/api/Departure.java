package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CancellationException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.util.Callback;

/**
 * Notices when the client of a request disconnects. Jetty itself does not look at a connection between the last byte of a
 * request and the first byte of the response. Reads nothing: a client may have sent its next request already.
 */
final class Departure implements Callback {
    private final AbstractEndPoint connection;
    private final Runnable gone;
    private boolean watching;

    private Departure(AbstractEndPoint connection, Runnable gone) {
        this.connection = connection;
        this.gone = gone;
    }

    /**
     * Watches the client of a request whose body is complete.
     *
     * @param gone called when the client disconnects, or sends no more; must not block
     */
    static Departure of(Context ctx, Runnable gone) {
        Departure departure = new Departure(
                (AbstractEndPoint) ServletContextRequest.getServletContextRequest(ctx.req())
                        .getConnectionMetaData()
                        .getConnection()
                        .getEndPoint(),
                gone);
        departure.watching = departure.connection.tryFillInterested(departure);
        return departure;
    }

    /** Stops watching. Call before responding: Jetty watches the connection for the next request then. */
    void end() {
        if (watching) { // else the connection would fail
            connection.getFillInterest().onFail(new CancellationException());
        }
    }

    /** Called when there are bytes, or the end. */
    @Override
    public void succeeded() {
        try {
            SocketChannel socket = (SocketChannel) connection.getTransport();
            if (socket.socket().getInputStream().available() == 0) {
                gone.run();
            }
        } catch (IOException e) {
            gone.run();
        }
    }

    @Override
    public void failed(Throwable failure) {
        gone.run(); // closed, or this has ended
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
