package org.checkpointrecovery.api;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Answers requests that violate HTTP and therefore reach no route: an invalid request line, an invalid encoding of the
 * address, headers that are too large. Unsupported features of HTTP are for the client to avoid, so they are answered with
 * 400 instead of 501 or 505.
 */
final class ServerErrorHandler extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        boolean client = (status >= 400 && status < 500) || status == 501 || status == 505;
        Problem problem = client
                ? Problem.of(
                        Problem.Kind.BAD_REQUEST,
                        "The request is not valid HTTP (" + HttpStatus.getMessage(status) + "). Nothing was changed.")
                : Problem.of(Problem.Kind.INTERNAL_ERROR, "Internal error; see the log of the service.");
        response.setStatus(problem.kind().status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        response.write(true, ByteBuffer.wrap(problem.toJson()), callback);
        return true;
    }
}
