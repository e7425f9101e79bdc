package org.checkpointrecovery.outbound;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parses and formats the host of a URL: a name, or an address in one of its notations. */
public final class Hosts {
    private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

    /** Java would look up anything else as a name. */
    private static final Pattern DOTTED = Pattern.compile("(?:" + BYTE + "\\.){3}" + BYTE);

    /** Notations that some resolvers accept as an IPv4 address: up to four numbers in any base. */
    private static final Pattern NUMBERS =
            Pattern.compile("(?:0[xX][0-9a-fA-F]*|\\d+)(?:\\.(?:0[xX][0-9a-fA-F]*|\\d+))*\\.?");

    private Hosts() {}

    /** Returns the port of a URL, or the default of its scheme. */
    static int port(URI url) {
        if (url.getPort() != -1) {
            return url.getPort();
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }

    /** Returns the host and port for a message, without the rest of the URL, which may contain a key. */
    public static String named(URI url) {
        return url.getHost() + ":" + port(url);
    }

    /** Parses a host that is an address, without a lookup; empty if it is a name. */
    public static Optional<InetAddress> literal(String host) {
        boolean six = host.startsWith("[") || host.contains(":");
        if (!six && !DOTTED.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host)); // makes no lookup, because it is an address
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether a host is neither a name nor a standard address, but some resolvers accept it: 127.1, 0x7f.0.0.1,
     * 2130706433.
     */
    static boolean isOddNumber(String host) {
        return NUMBERS.matcher(host).matches() && literal(host).isEmpty();
    }

    /** Normalizes a host: lower case, no trailing dot, addresses as {@link InetAddress} formats them, no brackets. */
    static String canonical(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        String name = lower.length() > 1 && lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return literal(name).map(InetAddress::getHostAddress).orElse(name);
    }
}
