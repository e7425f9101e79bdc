package org.checkpointrecovery.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down clients that guess tokens: after {@value #FREE} wrong tokens from a source within a minute, further refusals are
 * delayed by {@link #DELAY}. Requests with the correct token are never delayed: the source may be a proxy with other clients
 * behind it. Logs one line per source and minute. Remembers at most {@value #MOST_SOURCES} sources. Thread-safe.
 */
final class WrongTokens {
    static final int FREE = 5;
    static final Duration DELAY = Duration.ofSeconds(1);
    static final Duration PERIOD = Duration.ofMinutes(1);
    static final int MOST_SOURCES = 1000;
    /** The maximum number of delayed responses of a source. */
    static final int MOST_DELAYED = 100;

    private static final Logger log = LoggerFactory.getLogger(WrongTokens.class);

    private final Map<String, Source> sources = new LinkedHashMap<>(); // guarded by this; oldest first

    private static final class Source {
        private final long since;
        private long count;
        private int delayed;

        Source(long since) {
            this.since = since;
        }
    }

    /** How to answer a request with a wrong token. */
    enum Refusal {
        NOW,
        /** After {@link #DELAY}; then call {@link #answered}. */
        DELAYED,
        /** Immediately, closing the connection: too many responses are already delayed. */
        LAST
    }

    /** Returns the source of an address: for IPv6 its first half, because one machine may use every address within it. */
    static String source(String address) {
        String[] groups = address.replaceAll("[\\[\\]]", "").split(":", -1);
        return groups.length == 8 ? String.join(":", List.of(groups).subList(0, 4)) + "::/64" : address;
    }

    /** Counts a wrong token. */
    synchronized Refusal refuse(String source, long nanoTime) {
        Source known = sources.get(source);
        if (known == null) {
            known = new Source(nanoTime);
            sources.put(source, known);
            if (sources.size() > MOST_SOURCES) {
                Map.Entry<String, Source> oldest = sources.entrySet().iterator().next();
                sources.remove(oldest.getKey());
                log(oldest.getKey(), oldest.getValue());
            }
        }
        known.count++;
        if (known.count <= FREE) {
            return Refusal.NOW;
        }
        if (known.delayed >= MOST_DELAYED) {
            return Refusal.LAST;
        }
        known.delayed++;
        return Refusal.DELAYED;
    }

    /** Ends the delay of a response. */
    synchronized void answered(String source) {
        Source known = sources.get(source);
        if (known != null && known.delayed > 0) {
            known.delayed--;
        }
    }

    /** Logs and forgets sources after a minute. Call about once a second. */
    void check(long nanoTime) {
        end(nanoTime - PERIOD.toNanos());
    }

    /** Logs every source that has not been logged. */
    void close() {
        end(Long.MAX_VALUE);
    }

    private void end(long latest) {
        List<Map.Entry<String, Source>> ended = new ArrayList<>();
        synchronized (this) {
            for (Map.Entry<String, Source> entry : sources.entrySet()) {
                if (latest == Long.MAX_VALUE || entry.getValue().since - latest <= 0) {
                    ended.add(Map.entry(entry.getKey(), entry.getValue()));
                }
            }
            ended.forEach(entry -> sources.remove(entry.getKey()));
        }
        ended.forEach(entry -> log(entry.getKey(), entry.getValue()));
    }

    private static void log(String address, Source source) {
        log.warn(
                "{} requests from {} had a wrong token within a minute{}",
                source.count,
                address,
                source.count > FREE ? ". Their responses were delayed" : "");
    }
}
