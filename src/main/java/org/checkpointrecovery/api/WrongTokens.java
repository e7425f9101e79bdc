package org.checkpointrecovery.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down clients that guess tokens: after {@value #FREE} wrong ones from a source within a minute, its further refusals
 * are answered {@link #DELAY} later. A request with the right token is never delayed: the source may be a proxy that others
 * stand behind. Logs one line per source and minute. Remembers {@value #MOST_SOURCES} sources at most. Thread-safe.
 */
final class WrongTokens {
    static final int FREE = 5;
    static final Duration DELAY = Duration.ofSeconds(1);
    static final Duration PERIOD = Duration.ofMinutes(1);
    static final int MOST_SOURCES = 1000;
    /** Answers of a source that are delayed at once. */
    static final int MOST_DELAYED = 100;

    private static final Logger log = LoggerFactory.getLogger(WrongTokens.class);

    private final Map<String, Source> sources = new LinkedHashMap<>(); // guarded by this; the oldest first

    private static final class Source {
        private final long since;
        private long count;
        private int delayed;

        Source(long since) {
            this.since = since;
        }
    }

    /** What to do with a request that carries a wrong token. */
    enum Refusal {
        NOW,
        /** After {@link #DELAY}; {@link #answered} is to be called then. */
        DELAYED,
        /** At once, with the end of the connection: too many answers are delayed already. */
        LAST
    }

    /** What an address counts as. One machine may have all addresses that share the first half of an IPv6 address. */
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

    /** A delayed answer is on its way. */
    synchronized void answered(String source) {
        Source known = sources.get(source);
        if (known != null && known.delayed > 0) {
            known.delayed--;
        }
    }

    /** Logs and forgets sources whose minute is over. Call about once a second. */
    void check(long nanoTime) {
        end(nanoTime - PERIOD.toNanos());
    }

    /** Logs all that was not logged yet. */
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
