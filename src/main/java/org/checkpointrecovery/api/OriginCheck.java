package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Keeps the pages of other sites, open in a browser on this machine, from this service. A browser says in {@code Origin}
 * which site a request comes from. And where no token is asked for, which is on a loopback address only, {@code Host} must
 * name this machine: a site whose own name is made to lead here ("DNS rebinding") is its own origin.
 */
final class OriginCheck {
    private static final Pattern THIS_MACHINE =
            Pattern.compile("(localhost|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[::1])\\.?(:[0-9]{1,5})?");

    private final boolean anyHost;

    /** @param anyHost whether the service may be called by any name */
    OriginCheck(boolean anyHost) {
        this.anyHost = anyHost;
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
        if (origin != null && !origin.substring(origin.indexOf("//") + 1).equalsIgnoreCase("/" + host)) {
            throw Problem.of(
                            Problem.Kind.FORBIDDEN,
                            "The request comes from a page of another site, " + origin + ", and is rejected. Nothing was changed.")
                    .exception();
        }
    }
}
