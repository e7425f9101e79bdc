package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, as they went over the wire.
 *
 * @param target path and query of the request, percent-encoded
 * @param requestHeaders by name, whatever its case
 * @param requestBody empty if there was none; null if it was not seen
 * @param responseHeaders by name, whatever its case
 * @param responseBody empty if there was none; null if it was not seen
 */
public record Exchange(
        String method,
        String target,
        Map<String, List<String>> requestHeaders,
        @Nullable String requestBody,
        int status,
        Map<String, List<String>> responseHeaders,
        @Nullable String responseBody) {
    public Exchange {
        requireNonNull(method);
        requireNonNull(target);
        requestHeaders = whateverTheirCase(requestHeaders);
        responseHeaders = whateverTheirCase(responseHeaders);
    }

    private static Map<String, List<String>> whateverTheirCase(Map<String, List<String>> headers) {
        var copy = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(headers);
        return copy;
    }

    /** What stands before the query. */
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The query, without its question mark; empty if there is none. */
    String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query + 1);
    }

    @Override
    public String toString() {
        return method + " " + target + " -> " + status + " " + responseHeaders
                + (responseBody == null ? "" : "\n" + responseBody.substring(0, Math.min(2000, responseBody.length())));
    }
}
