package org.checkpointrecovery.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Protects a service without a token from pages of other sites in a browser that can reach it. (A token needs no such
 * protection: no browser adds it to the calls of another page.) {@code Host} must name this machine or the public URL: a
 * site whose name resolves to this machine ("DNS rebinding") would count as the same origin. And a page that changes
 * something must be the service's own: so says the browser in {@code Sec-Fetch-Site}, which pages cannot set, or else its
 * {@code Origin} must be the address of the service. {@code CrossOriginProtection} of Go's net/http decides in the same way.
 */
final class OriginCheck {
    private static final Pattern THIS_MACHINE =
            Pattern.compile("(localhost|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[::1])\\.?(:[0-9]{1,5})?");

    private final Proxies proxies;
    private final boolean https;

    /** @param https whether the service speaks TLS itself. Otherwise a proxy may, so its own pages may have either scheme */
    OriginCheck(Proxies proxies, boolean https) {
        this.proxies = proxies;
        this.https = https;
    }

    /** @param isPage whether the request is for a file of a page, which has no data */
    void check(HttpServletRequest request, boolean isPage) {
        String host = request.getHeader("Host");
        if (host != null
                && !THIS_MACHINE.matcher(host.toLowerCase(Locale.ROOT)).matches()
                && !proxies.isPublicHost(host)) {
            throw Problem.of(
                            Problem.Kind.FORBIDDEN,
                            "The Host " + host
                                    + " is not a name of this machine. Use localhost, or start the service with"
                                    + " --token-file to allow other names, or with --public-url to allow one."
                                    + " Nothing was changed.")
                    .exception();
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !isPage && !isOwn(request, origin, host)) {
            throw Problem.of(
                            Problem.Kind.FORBIDDEN,
                            "The request comes from a page of another site, " + origin
                                    + ", and is rejected. Nothing was changed. If " + origin
                                    + " is this service behind a proxy, start the service with --public-url.")
                    .exception();
        }
    }

    private boolean isOwn(HttpServletRequest request, String origin, @Nullable String host) {
        return "same-origin".equals(request.getHeader("Sec-Fetch-Site"))
                || origin.equalsIgnoreCase("https://" + host)
                || (!https && origin.equalsIgnoreCase("http://" + host))
                || proxies.isOwn(request, origin);
    }
}
