package org.checkpointrecovery.processor.http;

import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** The connections that have brought an answer and are kept for the next call. Thread-safe. */
final class KeptConnections {
    private final Map<Connection, HttpVersion> answered = new WeakHashMap<>();

    /** Notes which connection an answer begins to come over, before the connection may be used again. */
    synchronized void note(Response response) {
        Connection connection = response.getRequest().getConnection();
        if (connection != null) {
            answered.put(connection, response.getVersion());
        }
    }

    /** The version of HTTP in which an earlier answer came over the connection of a request; empty if none did. */
    synchronized Optional<HttpVersion> spoken(Request request) {
        Connection connection = request.getConnection();
        return connection == null ? Optional.empty() : Optional.ofNullable(answered.get(connection));
    }

    /** The bytes that have come over a connection; 0 if they are not those of one answer after the other, as in HTTP/2. */
    static long bytesIn(@Nullable Connection connection) {
        return connection instanceof org.eclipse.jetty.io.Connection counted ? counted.getBytesIn() : 0;
    }
}
