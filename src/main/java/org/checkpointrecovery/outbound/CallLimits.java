package org.checkpointrecovery.outbound;

import java.time.Duration;

/**
 * The limits of a {@link Caller}.
 *
 * @param connections at once, at least 1
 * @param timeout of a call, from its start to the end of the response
 * @param maxBodyBytes maximum size of a response body
 */
public record CallLimits(int connections, Duration connectTimeout, Duration timeout, int maxBodyBytes) {
    /** A connection that was idle for longer than a call may take is useless. */
    private static final Duration IDLE_BEYOND_TIMEOUT = Duration.ofSeconds(1);

    /** Returns how long a connection may be idle. */
    Duration idleTimeout() {
        return timeout.plus(IDLE_BEYOND_TIMEOUT);
    }
}
