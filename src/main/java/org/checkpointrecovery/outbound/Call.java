package org.checkpointrecovery.outbound;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request.
 *
 * @param headers all headers except those that the transport adds
 * @param body null for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Call(URI url, String method, List<Header> headers, byte @Nullable [] body) {
    public Call {
        headers = List.copyOf(headers);
    }

    public record Header(String name, String value) {}
}
