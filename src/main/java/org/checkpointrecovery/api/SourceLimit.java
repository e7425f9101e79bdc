package org.checkpointrecovery.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;

/** Closes connections from an address that has as many as allowed already. */
final class SourceLimit implements Connection.Listener {
    private final int most;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

    SourceLimit(int most) {
        this.most = most;
    }

    @Override
    public void onOpened(Connection connection) {
        InetAddress source = source(connection);
        if (source != null && open.merge(source, 1, Integer::sum) > most) {
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        InetAddress source = source(connection);
        if (source != null) {
            open.computeIfPresent(source, (address, count) -> count > 1 ? count - 1 : null);
        }
    }

    private static @Nullable InetAddress source(Connection connection) {
        return connection.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress address
                ? address.getAddress()
                : null;
    }
}
