package org.checkpointrecovery.outbound;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * Makes calls with the client of the service, over connections of its own: it is the tag of its requests, and Jetty
 * keeps the connections of different tags apart. So callers share threads, but neither connections nor limits.
 */
final class JettyCaller implements Caller {
    private final HttpClient client;
    private final ScheduledExecutorService timers;
    private final CallLimits limits;
    private final KeptConnections kept = new KeptConnections();
    private final Set<Connection> connections = new HashSet<>(); // guarded by this
    private boolean closed; // guarded by this

    JettyCaller(HttpClient client, ScheduledExecutorService timers, CallLimits limits) {
        this.client = client;
        this.timers = timers;
        this.limits = limits;
    }

    CallLimits limits() {
        return limits;
    }

    KeptConnections kept() {
        return kept;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Takes a new connection; false if this caller was closed in the meantime. */
    synchronized boolean opened(Connection connection) {
        if (closed) {
            return false;
        }
        connections.add(connection);
        connection.addEventListener(new Connection.Listener() {
            @Override
            public void onClosed(Connection gone) {
                forget(gone);
            }
        });
        return true;
    }

    private synchronized void forget(Connection connection) {
        connections.remove(connection);
    }

    @Override
    public void call(Call call, Consumer<Reply> replied) {
        new Exchange(this, client, timers, call, replied).begin();
    }

    @Override
    public void close() {
        List<Connection> open;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(connections);
        }
        for (Destination destination : client.getDestinations()) {
            if (destination.getOrigin().getTag() == this) {
                client.removeDestination(destination);
                LifeCycle.stop(destination);
            }
        }
        open.forEach(connection -> connection.getEndPoint().close());
    }
}
