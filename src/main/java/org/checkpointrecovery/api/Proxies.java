package org.checkpointrecovery.api;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.outbound.Hosts;
import org.eclipse.jetty.util.InetAddressSet;
import org.jspecify.annotations.Nullable;

/**
 * The proxies in front of the service. What one says of a client is believed if its address is trusted: each proxy appends
 * the address that it got the request from, so that only the end of the list is sure.
 *
 * @param publicUrl what clients call the service, with a slash at its end; null if they call it directly
 * @param trusted addresses of proxies
 */
public record Proxies(@Nullable URI publicUrl, InetAddressSet trusted) {
    /** {@code for=} and {@code host=} in {@code Forwarded} (RFC 7239), and the commas between proxies. */
    private static final Pattern FORWARDED = Pattern.compile(
            "(?:^|[;,])\\s*([A-Za-z]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\",;\\s]*))\\s*(?=[;,]|$)");

    /** An address as proxies write it: perhaps with a port, an IPv6 address then in brackets. */
    private static final Pattern NODE = Pattern.compile(
            "(?<address>[0-9.]+|\\[[0-9A-Fa-f:.]+]|[0-9A-Fa-f:.]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(?<port>:[0-9]+)?");

    /** @param trusted addresses and CIDR blocks */
    public static Proxies of(@Nullable URI publicUrl, List<String> trusted) {
        InetAddressSet addresses = new InetAddressSet();
        addresses.addAll(trusted);
        return new Proxies(publicUrl, addresses);
    }

    boolean isTrusted(InetAddress address) {
        return !trusted.isEmpty() && trusted.test(address);
    }

    /** Returns the address of the client, or of the last proxy that says nothing about it. */
    String source(HttpServletRequest request) {
        InetAddress peer = address(request.getRemoteAddr());
        if (peer == null || !isTrusted(peer)) {
            return request.getRemoteAddr();
        }
        List<String> usual = listed(request, "X-Forwarded-For");
        List<String> standard = forwarded(request, "for");
        String source = source(peer, usual.isEmpty() ? standard : usual);
        // A proxy that sets one of the headers may pass on the other as the client sent it.
        boolean agree = usual.isEmpty() || standard.isEmpty() || source.equals(source(peer, standard));
        return agree ? source : request.getRemoteAddr();
    }

    private String source(InetAddress peer, List<String> hops) {
        InetAddress source = peer;
        for (int i = hops.size() - 1; i >= 0 && isTrusted(source); i--) {
            InetAddress hop = address(hops.get(i));
            if (hop == null) {
                break; // "unknown", or a name that hides it
            }
            source = hop;
        }
        return source.getHostAddress();
    }

    /** Whether a browser's {@code Origin} is the service, as clients know it. */
    boolean isOwn(HttpServletRequest request, String origin) {
        if (publicUrl != null && isSame(origin, publicUrl)) {
            return true;
        }
        InetAddress peer = address(request.getRemoteAddr());
        if (peer == null || !isTrusted(peer)) {
            return false;
        }
        // Pages of other sites cannot send these headers.
        List<String> hosts = new ArrayList<>(listed(request, "X-Forwarded-Host"));
        hosts.addAll(forwarded(request, "host"));
        return hosts.stream().anyMatch(host -> isOfHost(origin, host));
    }

    /** Whether an origin, such as {@code http://localhost:8080}, has a host and port. */
    private static boolean isOfHost(String origin, String host) {
        return origin.substring(origin.indexOf("//") + 1).equalsIgnoreCase("/" + host);
    }

    private static boolean isSame(String origin, URI url) {
        return origin.equalsIgnoreCase(url.getScheme() + "://" + url.getRawAuthority());
    }

    /** Whether a {@code Host} header is that of the public URL. */
    boolean isPublicHost(String host) {
        return publicUrl != null && host.equalsIgnoreCase(publicUrl.getRawAuthority());
    }

    /** Returns where a client finds a path of the service, such as {@code /v1/jobs}. */
    String link(String path) {
        return publicUrl == null ? path : publicUrl + path.substring(1);
    }

    private static List<String> listed(HttpServletRequest request, String header) {
        List<String> values = new ArrayList<>();
        for (String line : Collections.list(request.getHeaders(header))) {
            for (String value : line.split(",", -1)) {
                values.add(value.strip());
            }
        }
        return values;
    }

    private static List<String> forwarded(HttpServletRequest request, String parameter) {
        List<String> values = new ArrayList<>();
        for (String line : Collections.list(request.getHeaders("Forwarded"))) {
            Matcher pairs = FORWARDED.matcher(line);
            while (pairs.find()) {
                if (pairs.group(1).toLowerCase(Locale.ROOT).equals(parameter)) {
                    values.add(pairs.group(2) == null ? pairs.group(3) : pairs.group(2));
                }
            }
        }
        return values;
    }

    private static @Nullable InetAddress address(String text) {
        Matcher node = NODE.matcher(text);
        return node.matches()
                ? Hosts.literal(text.substring(node.start("address"), node.end("address")))
                        .orElse(null)
                : null;
    }
}
