package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The token that every request must carry, except those for the health of the service and for the files of the dashboard. Compared in constant time. */
final class BearerToken {
    private static final String SCHEME = "bearer ";

    private final byte[] token;

    BearerToken(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a request needs no token, or carries the right one. */
    boolean allows(Context ctx) {
        if (ctx.path().equals("/livez") || ctx.path().equals("/readyz") || Dashboard.isAt(ctx.path())) {
            return true;
        }
        String header = ctx.header("Authorization");
        return header != null
                && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        token, header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8));
    }
}
