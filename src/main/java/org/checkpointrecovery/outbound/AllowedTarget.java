package org.checkpointrecovery.outbound;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host that the operator allows calls to, such as {@code example.org}, {@code 10.0.0.5:8080} or {@code [2001:db8::1]:443}.
 *
 * @param host a name in lower case, or an address in the form of {@link Hosts#canonical}
 * @param port null for any
 */
public record AllowedTarget(String host, @Nullable Integer port) {
    private static final Pattern FORM = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:/@?#\\s]+)(?::(\\d{1,5}))?");

    /** Parses {@code HOST[:PORT]}; empty if the text has another form. */
    public static Optional<AllowedTarget> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String portText = matcher.group(2);
        Integer port = portText == null ? null : Integer.valueOf(portText);
        if (port != null && (port < 1 || port > 65535)) {
            return Optional.empty();
        }
        String host = matcher.group(1).toLowerCase(Locale.ROOT);
        if (host.startsWith("[") && Hosts.literal(host).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new AllowedTarget(Hosts.canonical(host), port));
    }

    boolean matches(String otherHost, int otherPort) {
        return host.equals(Hosts.canonical(otherHost)) && (port == null || port == otherPort);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + (port == null ? "" : ":" + port);
    }
}
