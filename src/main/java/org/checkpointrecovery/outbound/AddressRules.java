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
    private final String setting;

    private enum Kind {
        ANY,
        PUBLIC,
        LISTED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private AddressRules(Kind kind, List<AllowedTarget> targets, String setting) {
        this.kind = kind;
        this.targets = targets;
        this.setting = setting;
    }

    /** Returns what the operator calls the setting of these rules, for messages. */
    public String setting() {
        return setting;
    }

    /**
     * Allows all addresses. For a service that only this machine can reach, whose callers can connect anywhere
     * themselves.
     */
    public static AddressRules any() {
        return new AddressRules(Kind.ANY, List.of(), "");
    }

    /**
     * Allows public addresses only. For a service that others can reach: not this machine, nor its network.
     *
     * @param setting what the operator calls the list of allowed targets
     */
    public static AddressRules publicOnly(String setting) {
        return new AddressRules(Kind.PUBLIC, List.of(), setting);
    }

    /**
     * Allows only the targets that the operator has listed, whatever their addresses.
     *
     * @param setting what the operator calls the list
     */
    public static AddressRules only(List<AllowedTarget> targets, String setting) {
        return new AddressRules(Kind.LISTED, List.copyOf(targets), setting);
    }

    /** Parses the output of {@link #toString}. */
    public static AddressRules parse(String text, String setting) {
        if (text.equals(Kind.ANY.text())) {
            return any();
        }
        if (text.equals(Kind.PUBLIC.text())) {
            return publicOnly(setting);
        }
        return only(
                Arrays.stream(text.split(","))
                        .distinct()
                        .map(target ->
                                AllowedTarget.parse(target).orElseThrow(() -> new IllegalArgumentException(target)))
                        .toList(),
                setting);
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
                                + "; this service connects only to public addresses and those in " + setting);
        };
    }

    private String notListed(URI url) {
        return "has the host " + Hosts.named(url) + ", but this service connects only to "
                + targets.stream().map(AllowedTarget::toString).collect(Collectors.joining(", ")) + " (" + setting
                + ")";
    }

    /** Returns why no address of a host can be connected to. */
    String refusal(String host) {
        return "This service may not connect to the address of " + host
                + ". Use an allowed host, or ask the operator for " + setting + ".";
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
            return kind.text();
        }
        String listed = targets.stream().map(AllowedTarget::toString).collect(Collectors.joining(","));
        boolean isKind = listed.equals(Kind.ANY.text()) || listed.equals(Kind.PUBLIC.text());
        return isKind ? listed + "," + listed : listed; // distinguishes a host named like a rule from the rule
    }
}
