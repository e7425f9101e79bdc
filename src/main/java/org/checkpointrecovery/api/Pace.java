package org.checkpointrecovery.api;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose client sends or reads more slowly than a minimum rate. Counts only the time that the service waits
 * for the client, and checks the rate once that reaches {@link #WINDOW}. Thread-safe.
 */
final class Pace {
    /** How long a client may pause, whatever its rate before and after. */
    static final Duration WINDOW = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(Pace.class);
    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final long minBytesPerSecond;
    private final Set<Transfer> transfers = ConcurrentHashMap.newKeySet();
    private long cut; // used only by the checking thread
    private long lastLogged = Long.MIN_VALUE; // used only by the checking thread

    /** @param minBytesPerSecond 0 for no minimum */
    Pace(long minBytesPerSecond) {
        this.minBytesPerSecond = minBytesPerSecond;
    }

    /** Starts to measure a body or response. Must be ended. */
    Transfer begin(Runnable cutConnection) {
        Transfer transfer = new Transfer(cutConnection);
        transfers.add(transfer);
        return transfer;
    }

    /** The transfer of a body or response. */
    final class Transfer {
        private final Runnable cutConnection;
        private long waited; // guarded by this
        private long waitsSince; // guarded by this, while waiting
        private boolean waiting; // guarded by this
        private long bytes; // guarded by this

        private Transfer(Runnable cutConnection) {
            this.cutConnection = cutConnection;
        }

        /** Starts to wait for the client. */
        void waits(long nanoTime) {
            synchronized (this) {
                if (!waiting) {
                    waiting = true;
                    waitsSince = nanoTime;
                }
            }
        }

        /** Ends the wait: the client has sent or read. */
        void moved(long count, long nanoTime) {
            synchronized (this) {
                if (waiting) {
                    waited += nanoTime - waitsSince;
                    waiting = false;
                }
                bytes += count;
            }
        }

        void end() {
            transfers.remove(this);
        }

        private synchronized boolean isTooSlow(long nanoTime) {
            long all = waited + (waiting ? nanoTime - waitsSince : 0);
            if (all < WINDOW.toNanos()) {
                return false;
            }
            double rate = bytes * 1e9 / all;
            waited = 0;
            waitsSince = nanoTime;
            bytes = 0;
            return rate < minBytesPerSecond;
        }
    }

    /** Closes slow connections. Call about once a second, from one thread. */
    void check(long nanoTime) {
        if (minBytesPerSecond > 0) {
            for (Transfer transfer : transfers) {
                if (transfer.isTooSlow(nanoTime)) {
                    cut++;
                    transfer.end();
                    transfer.cutConnection.run();
                }
            }
        }
        if (cut > 0 && (lastLogged == Long.MIN_VALUE || nanoTime - lastLogged >= LOG_EVERY_NANOS)) {
            log.info("Closed {} connections slower than {} bytes a second (--min-data-rate)", cut, minBytesPerSecond);
            cut = 0;
            lastLogged = nanoTime;
        }
    }
}
