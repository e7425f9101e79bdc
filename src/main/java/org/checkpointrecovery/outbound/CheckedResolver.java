package org.checkpointrecovery.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Looks up a name for one connection, and returns only allowed addresses. The connection uses these addresses without
 * another lookup, so a changing DNS answer cannot bypass the rules.
 *
 * <p>A lookup may block for long. So each has a thread, and connections to the same host share a lookup: no host holds
 * up another one, and no host holds more than one thread.
 */
final class CheckedResolver implements SocketAddressResolver {
    private final NameLookup names;
    private final AddressRules rules;
    private final Executor threads;
    /** Who waits for the lookup of a host. */
    private final Map<String, List<Waiting>> underWay = new HashMap<>(); // guarded by this

    /** @param threads one for each lookup */
    CheckedResolver(NameLookup names, AddressRules rules, Executor threads) {
        this.names = names;
        this.rules = rules;
        this.threads = threads;
    }

    /** A connection that waits for its addresses. */
    private record Waiting(String host, int port, Promise<List<InetSocketAddress>> resolved) {}

    /** The result of a lookup. */
    private interface Found {
        List<InetAddress> get() throws UnknownHostException;
    }

    /** No address of the host is allowed. */
    static final class NotAllowedException extends Exception {
        private final transient AddressRules rules;

        NotAllowedException(String host, AddressRules rules) {
            super(rules.refusal(host));
            this.rules = rules;
        }

        AddressRules rules() {
            return rules;
        }
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> resolved) {
        Waiting waiting = new Waiting(host, port, resolved);
        if (Hosts.literal(host).isPresent()) { // nobody is asked
            answer(waiting, lookUp(host));
            return;
        }
        synchronized (this) {
            List<Waiting> others = underWay.get(host);
            if (others != null) {
                others.add(waiting);
                return;
            }
            underWay.put(host, new ArrayList<>(List.of(waiting)));
        }
        threads.execute(() -> lookUpForAll(host));
    }

    private Found lookUp(String host) {
        try {
            List<InetAddress> addresses = names.lookUp(host);
            return () -> addresses;
        } catch (UnknownHostException e) {
            return () -> {
                throw e;
            };
        } catch (RuntimeException e) {
            return () -> {
                throw e;
            };
        }
    }

    private void lookUpForAll(String host) {
        Found found = lookUp(host);
        List<Waiting> all;
        synchronized (this) {
            all = requireNonNull(underWay.remove(host));
        }
        for (Waiting waiting : all) {
            answer(waiting, found);
        }
    }

    private void answer(Waiting waiting, Found found) {
        try {
            List<InetSocketAddress> allowed = allowed(waiting.host, waiting.port, found.get());
            if (allowed.isEmpty()) {
                waiting.resolved.failed(new NotAllowedException(waiting.host, rules));
            } else {
                waiting.resolved.succeeded(allowed);
            }
        } catch (UnknownHostException | RuntimeException e) {
            waiting.resolved.failed(e);
        }
    }

    private List<InetSocketAddress> allowed(String host, int port, List<InetAddress> found)
            throws UnknownHostException {
        List<InetSocketAddress> allowed = new ArrayList<>();
        for (InetAddress address : found) {
            if (rules.allow(host, port, address)) {
                allowed.add(new InetSocketAddress(named(host, address), port));
            }
        }
        return allowed;
    }

    /** Adds the name that the endpoint's certificate must match. */
    private static InetAddress named(String host, InetAddress address) throws UnknownHostException {
        return Hosts.literal(host).isPresent() ? address : InetAddress.getByAddress(host, address.getAddress());
    }
}
