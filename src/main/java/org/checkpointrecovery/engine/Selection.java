package org.checkpointrecovery.engine;

/**
 * Consecutive items of a job, of which a client wants the results.
 *
 * @param from index of the first item, from 0
 * @param end index after the last item
 */
public record Selection(long from, long end) {
    public static final Selection ALL = new Selection(0, Long.MAX_VALUE);

    public Selection {
        if (from < 0 || end < from) {
            throw new IllegalArgumentException("items " + from + " to " + end);
        }
    }
}
