package org.checkpointrecovery.processor.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The host of a URL: a name, or an address in one of its notations. */
final class Hosts {
    private static final Pattern DOTTED = Pattern.compile("(?:(?:0|[1-9]\\d{0,2})\\.){3}(?:0|[1-9]\\d{0,2})");

    /** What some resolvers take for an IPv4 address: numbers of any base with fewer than three dots between. */
    private static final Pattern NUMBERS =
            Pattern.compile("(?:0[xX][0-9a-fA-F]*|\\d+)(?:\\.(?:0[xX][0-9a-fA-F]*|\\d+))*\\.?");

    private Hosts() {}

    /** The port that a URL means. */
    static int port(URI url) {
        if (url.getPort() != -1) {
            return url.getPort();
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }

    /** The host and port for a message: nothing else of a URL, which may hold a key. */
    static String named(URI url) {
        return url.getHost() + ":" + port(url);
    }

    /** The address that a host is, without asking anyone; empty if it is a name. */
    static Optional<InetAddress> literal(String host) {
        boolean six = host.startsWith("[") || host.contains(":");
        if (!six && !DOTTED.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host)); // looks nothing up, as it is an address
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Whether a host is no name, and an address only to those who are generous: 127.1, 0x7f.0.0.1, 2130706433. */
    static boolean isOddNumber(String host) {
        return NUMBERS.matcher(host).matches() && literal(host).isEmpty();
    }

    /** One way to write a host: lower case, no dot behind it, addresses as {@link InetAddress} has them, no brackets. */
    static String canonical(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        String name = lower.length() > 1 && lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return literal(name).map(InetAddress::getHostAddress).orElse(name);
    }
}
