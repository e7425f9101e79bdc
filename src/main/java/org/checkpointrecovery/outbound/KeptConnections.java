package org.checkpointrecovery.outbound;

import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** The connections that have delivered a response and are kept for the next call. Thread-safe. */
final class KeptConnections {
    private final Map<Connection, HttpVersion> answered = new WeakHashMap<>();

    /** Notes the connection of a response that is starting, before the connection may be reused. */
    synchronized void note(Response response) {
        Connection connection = response.getRequest().getConnection();
        if (connection != null) {
            answered.put(connection, response.getVersion());
        }
    }

    /** Returns the HTTP version of an earlier response on the connection of a request; empty if there was none. */
    synchronized Optional<HttpVersion> spoken(Request request) {
        Connection connection = request.getConnection();
        return connection == null ? Optional.empty() : Optional.ofNullable(answered.get(connection));
    }

    /** Returns the bytes received on a connection; 0 if its responses are not sequential, as in HTTP/2. */
    static long bytesIn(@Nullable Connection connection) {
        return connection instanceof org.eclipse.jetty.io.Connection counted ? counted.getBytesIn() : 0;
    }
}
