package org.checkpointrecovery.processor.http;

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
record Call(URI url, String method, List<Header> headers, byte @Nullable [] body) {
    Call {
        headers = List.copyOf(headers);
    }

    record Header(String name, String value) {}
}
