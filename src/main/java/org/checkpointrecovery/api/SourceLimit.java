package org.checkpointrecovery.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;

/** Closes new connections from an address that has reached its limit. Trusted proxies have none. */
final class SourceLimit implements Connection.Listener, LifeCycle.Listener {
    private final int most;
    private final Proxies proxies;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();
    private final Map<Connection, InetAddress> sources = new ConcurrentHashMap<>();

    SourceLimit(int most, Proxies proxies) {
        this.most = most;
        this.proxies = proxies;
    }

    @Override
    public void lifeCycleStarting(LifeCycle starting) {
        if (starting instanceof Server server) { // not a connector, which gets the event as well
            for (Connector connector : server.getConnectors()) {
                ((AbstractConnector) connector).addBean(this);
            }
        }
    }

    @Override
    public void onOpened(Connection connection) {
        if (TlsListener.isEncrypted(connection.getEndPoint())
                || !(connection.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress address)) {
            return; // the connection that carries the encrypted one counts
        }
        InetAddress source = address.getAddress();
        if (proxies.isTrusted(source)) {
            return;
        }
        sources.put(connection, source); // a closed connection no longer knows it
        if (open.merge(source, 1, Integer::sum) > most) {
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        InetAddress source = sources.remove(connection);
        if (source != null) {
            open.computeIfPresent(source, (address, count) -> count > 1 ? count - 1 : null);
        }
    }
}
