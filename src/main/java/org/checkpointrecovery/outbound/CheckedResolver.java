package org.checkpointrecovery.outbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Looks up a name for one connection, and returns only allowed addresses. The connection uses these addresses without
 * another lookup, so a changing DNS answer cannot bypass the rules.
 */
final class CheckedResolver implements SocketAddressResolver {
    private final NameLookup names;
    private final AddressRules rules;
    private final Executor executor;

    CheckedResolver(NameLookup names, AddressRules rules, Executor executor) {
        this.names = names;
        this.rules = rules;
        this.executor = executor;
    }

    /** No address of the host is allowed. */
    static final class NotAllowedException extends Exception {
        NotAllowedException(String host) {
            super("This service may not connect to the address of " + host + ".");
        }
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> resolved) {
        executor.execute(() -> {
            try {
                List<InetSocketAddress> allowed = allowed(host, port);
                if (allowed.isEmpty()) {
                    resolved.failed(new NotAllowedException(host));
                } else {
                    resolved.succeeded(allowed);
                }
            } catch (UnknownHostException | RuntimeException e) {
                resolved.failed(e);
            }
        });
    }

    private List<InetSocketAddress> allowed(String host, int port) throws UnknownHostException {
        List<InetAddress> found = names.lookUp(host);
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
