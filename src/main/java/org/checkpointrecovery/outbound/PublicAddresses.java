package org.checkpointrecovery.outbound;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Decides which addresses are public, and not of this machine, its network, or a cloud's metadata service. Follows
 * IANA's registries of special-purpose addresses (RFC 6890).
 */
final class PublicAddresses {
    private static final List<Range> SPECIAL_4 = List.of(
            new Range("this network", "0.0.0.0", 8),
            new Range("private", "10.0.0.0", 8),
            new Range("carrier-grade NAT", "100.64.0.0", 10),
            new Range("loopback", "127.0.0.0", 8),
            new Range("link-local", "169.254.0.0", 16),
            new Range("private", "172.16.0.0", 12),
            new Range("reserved", "192.0.0.0", 24),
            new Range("for documentation", "192.0.2.0", 24),
            new Range("a 6to4 relay", "192.88.99.0", 24),
            new Range("private", "192.168.0.0", 16),
            new Range("for benchmarks", "198.18.0.0", 15),
            new Range("for documentation", "198.51.100.0", 24),
            new Range("for documentation", "203.0.113.0", 24),
            new Range("a metadata service", "168.63.129.16", 32),
            new Range("multicast", "224.0.0.0", 4),
            new Range("reserved", "240.0.0.0", 4));

    private static final List<Range> SPECIAL_6 = List.of(
            new Range("for local IPv4/IPv6 translation", "64:ff9b:1::", 48),
            new Range("discarded", "100::", 64),
            new Range("reserved", "2001::", 23),
            new Range("for documentation", "2001:db8::", 32),
            new Range("for documentation", "3fff::", 20));

    /** All publicly assigned addresses. */
    private static final Range GLOBAL_6 = new Range("global", "2000::", 3);

    private static final Range NAT64 = new Range("NAT64", "64:ff9b::", 96);
    private static final Range SIX_TO_FOUR = new Range("6to4", "2002::", 16);
    private static final Range TEREDO = new Range("Teredo", "2001::", 32);

    private PublicAddresses() {}

    /** Returns why an address is not public, such as "loopback"; empty if it is public. */
    static Optional<String> special(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return special4(bytes);
        }
        if (isMapped(bytes) || NAT64.holds(bytes)) {
            return special4(Arrays.copyOfRange(bytes, 12, 16));
        }
        if (SIX_TO_FOUR.holds(bytes)) {
            return special4(Arrays.copyOfRange(bytes, 2, 6));
        }
        if (TEREDO.holds(bytes)) {
            return special4(inverted(Arrays.copyOfRange(bytes, 12, 16)))
                    .or(() -> special4(Arrays.copyOfRange(bytes, 4, 8)));
        }
        if (address.isLoopbackAddress()) {
            return Optional.of("loopback");
        }
        return in(SPECIAL_6, bytes)
                .or(() -> GLOBAL_6.holds(bytes) ? Optional.empty() : Optional.of("local or reserved"));
    }

    /** Whether it is ::ffff:a.b.c.d, which {@link InetAddress} usually converts to an IPv4 address. */
    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == -1 && bytes[11] == -1;
    }

    private static Optional<String> special4(byte[] bytes) {
        return in(SPECIAL_4, bytes);
    }

    private static Optional<String> in(List<Range> ranges, byte[] bytes) {
        return ranges.stream()
                .filter(range -> range.holds(bytes))
                .map(Range::kind)
                .findFirst();
    }

    /** A Teredo address contains the client's address with all bits inverted (RFC 4380, section 4). */
    private static byte[] inverted(byte[] bytes) {
        byte[] turned = bytes.clone();
        for (int i = 0; i < turned.length; i++) {
            turned[i] = (byte) ~turned[i];
        }
        return turned;
    }

    /** Addresses with a common prefix. */
    private static final class Range {
        private final String kind;
        private final byte[] prefix;
        private final int bits;

        Range(String kind, String address, int bits) {
            this.kind = kind;
            this.prefix = Hosts.literal(address).orElseThrow().getAddress();
            this.bits = bits;
        }

        String kind() {
            return kind;
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((address[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
