package org.checkpointrecovery.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host name. Thread-safe; may block. */
public interface NameLookup {
    NameLookup SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    /** Returns at least one address, the best first. */
    List<InetAddress> lookUp(String host) throws UnknownHostException;
}
