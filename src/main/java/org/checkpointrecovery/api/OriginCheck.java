package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Protects the service from pages of other sites in a browser on this machine. A browser sends the site of a request in
 * {@code Origin}. Without a token, which requires a loopback address, {@code Host} must also name this machine: a site whose
 * name resolves to this machine ("DNS rebinding") would count as the same origin.
 */
final class OriginCheck {
    private static final Pattern THIS_MACHINE =
            Pattern.compile("(localhost|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[::1])\\.?(:[0-9]{1,5})?");

    private final boolean anyHost;
    private final boolean https;

    /**
     * @param anyHost whether any {@code Host} is allowed
     * @param https whether the service speaks TLS itself. Otherwise a proxy may, so its own pages may have either scheme
     */
    OriginCheck(boolean anyHost, boolean https) {
        this.anyHost = anyHost;
        this.https = https;
    }

    void check(Context ctx) {
        String host = ctx.req().getHeader("Host");
        if (!anyHost
                && host != null
                && !THIS_MACHINE.matcher(host.toLowerCase(Locale.ROOT)).matches()) {
            throw Problem.of(
                            Problem.Kind.FORBIDDEN,
                            "The Host " + host
                                    + " is not a name of this machine. Use localhost, or start the service with"
                                    + " --token-file to allow other names. Nothing was changed.")
                    .exception();
        }
        String origin = ctx.req().getHeader("Origin");
        if (origin != null && !isOwn(origin, host)) {
            throw Problem.of(
                            Problem.Kind.FORBIDDEN,
                            "The request comes from a page of another site, " + origin
                                    + ", and is rejected. Nothing was changed.")
                    .exception();
        }
    }

    private boolean isOwn(String origin, @Nullable String host) {
        return origin.equalsIgnoreCase("https://" + host) || (!https && origin.equalsIgnoreCase("http://" + host));
    }
}
