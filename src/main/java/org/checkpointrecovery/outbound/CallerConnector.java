package org.checkpointrecovery.outbound;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.Map;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.jspecify.annotations.Nullable;

/** Opens connections with the timeouts of the caller that needs them. Jetty knows only one timeout for all. */
final class CallerConnector extends ClientConnector {
    /** The connect timeout of the connection that this thread opens. */
    private final ThreadLocal<@Nullable Long> connectMillis = new ThreadLocal<>();

    /** Returns the caller of a destination. */
    static JettyCaller caller(Destination destination) {
        return (JettyCaller) destination.getOrigin().getTag();
    }

    private static JettyCaller callerOf(Object attachment) {
        Object destination = ((Map<?, ?>) attachment).get(Destination.CONTEXT_KEY);
        return caller((Destination) requireNonNull(destination));
    }

    @Override
    protected SelectorManager newSelectorManager() {
        return new ClientSelectorManager(getExecutor(), getScheduler(), getSelectors()) {
            @Override
            public void connect(SelectableChannel channel, Object attachment) {
                connectMillis.set(callerOf(attachment).limits().connectTimeout().toMillis());
                try {
                    super.connect(channel, attachment); // asks for the timeout on this thread
                } finally {
                    connectMillis.remove();
                }
            }

            @Override
            public long getConnectTimeout() {
                Long own = connectMillis.get();
                return own == null ? super.getConnectTimeout() : own;
            }

            @Override
            public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object attachment)
                    throws IOException {
                JettyCaller caller = callerOf(attachment);
                endPoint.setIdleTimeout(caller.limits().idleTimeout().toMillis());
                Connection connection = super.newConnection(channel, endPoint, attachment);
                if (!caller.opened(connection)) {
                    throw new IOException("the caller was closed");
                }
                return connection;
            }
        };
    }
}
