package org.checkpointrecovery.processor.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses that a name stands for. Thread-safe; may block. */
interface NameLookup {
    NameLookup SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    /** At least one, the best first. */
    List<InetAddress> lookUp(String host) throws UnknownHostException;
}
