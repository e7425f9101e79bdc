package org.checkpointrecovery.outbound;

import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;

/**
 * Skips interim responses that Jetty's client does not know, as it skips 103: RFC 9110, section 15.2, "A client MUST be
 * able to parse one or more 1xx responses received prior to a final response, even if the client does not expect one".
 * Without this the client waits forever (jetty.project issue 15575).
 */
final class InterimAnswers extends EarlyHintsProtocolHandler {
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int EARLY_HINTS = 103; // Jetty has handlers up to this status

    @Override
    public String getName() {
        return "interim-answers";
    }

    @Override
    public boolean accept(Request request, Response response) {
        int status = response.getStatus();
        return status == SWITCHING_PROTOCOLS || (status > EARLY_HINTS && status < 200);
    }
}
