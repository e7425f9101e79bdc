package org.checkpointrecovery.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The addresses that the service may connect to for its clients. */
public final class AddressRules {
    private final Kind kind;
    private final List<AllowedTarget> targets;

    private enum Kind {
        ANY,
        PUBLIC,
        LISTED
    }

    private AddressRules(Kind kind, List<AllowedTarget> targets) {
        this.kind = kind;
        this.targets = targets;
    }

    /**
     * Allows all addresses. For a service that only this machine can reach, whose callers can connect anywhere
     * themselves.
     */
    public static AddressRules any() {
        return new AddressRules(Kind.ANY, List.of());
    }

    /** Allows public addresses only. For a service that others can reach: not this machine, nor its network. */
    public static AddressRules publicOnly() {
        return new AddressRules(Kind.PUBLIC, List.of());
    }

    /** Allows only the targets that the operator has listed, whatever their addresses. */
    public static AddressRules only(List<AllowedTarget> targets) {
        return new AddressRules(Kind.LISTED, List.copyOf(targets));
    }

    /** Parses the output of {@link #toString}. */
    public static AddressRules parse(String text) {
        if (text.equals(any().toString())) {
            return any();
        }
        if (text.equals(publicOnly().toString())) {
            return publicOnly();
        }
        return only(Arrays.stream(text.split(","))
                .distinct()
                .map(target -> AllowedTarget.parse(target).orElseThrow(() -> new IllegalArgumentException(target)))
                .toList());
    }

    /**
     * Returns why a URL cannot be called, as far as known without a name lookup; empty if it can.
     *
     * @param url absolute, with a host
     */
    public Optional<String> problem(URI url) {
        String host = requireNonNull(url.getHost());
        if (Hosts.isOddNumber(host)) {
            return Optional.of(
                    "has the host " + host + ", which is neither a host name nor an IP address in standard form");
        }
        return switch (kind) {
            case ANY -> Optional.empty();
            case LISTED -> isListed(host, Hosts.port(url)) ? Optional.empty() : Optional.of(notListed(url));
            case PUBLIC ->
                Hosts.literal(host)
                        .flatMap(PublicAddresses::special)
                        .map(what -> "has the address " + host + ", which is " + what
                                + "; this service connects only to public addresses and those in --http-allow");
        };
    }

    private String notListed(URI url) {
        return "has the host " + Hosts.named(url) + ", but this service connects only to "
                + targets.stream().map(AllowedTarget::toString).collect(Collectors.joining(", ")) + " (--http-allow)";
    }

    /** Whether a connection to an address of a host is allowed. */
    boolean allow(String host, int port, InetAddress address) {
        return switch (kind) {
            case ANY -> true;
            case LISTED -> isListed(host, port);
            case PUBLIC -> PublicAddresses.special(address).isEmpty();
        };
    }

    private boolean isListed(String host, int port) {
        return targets.stream().anyMatch(target -> target.matches(host, port));
    }

    @Override
    public String toString() {
        if (kind != Kind.LISTED) {
            return kind.name().toLowerCase(Locale.ROOT);
        }
        String listed = targets.stream().map(AllowedTarget::toString).collect(Collectors.joining(","));
        boolean isKind =
                listed.equals(any().toString()) || listed.equals(publicOnly().toString());
        return isKind ? listed + "," + listed : listed; // distinguishes a host named like a rule from the rule
    }
}
