package org.checkpointrecovery.api;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Passes requests to the threads that process them. Health checks are answered by Jetty's own threads, which do no other long
 * work, so that one is always free.
 */
final class Reception extends Handler.Wrapper {
    private final Lanes lanes;

    Reception(Lanes lanes) {
        this.lanes = lanes;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        if (path.equals("/livez") || path.equals("/readyz")) {
            return super.handle(request, response, callback);
        }
        lanes.shortWork().execute(() -> handleLater(request, response, callback));
        return true;
    }

    private void handleLater(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Throwable e) {
            lanes.check(e);
            Response.writeError(request, response, callback, e);
        }
    }
}
