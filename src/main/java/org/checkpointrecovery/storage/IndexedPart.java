package org.checkpointrecovery.storage;

/**
 * Where the results and errors of consecutive items are: all of a part, or some of its batches.
 *
 * @param part index of the first item of the part; {@link #OWN} if the two files of the job have them
 * @param firstItem index of the first of these items, from 0
 */
public record IndexedPart(long part, long firstItem, long succeeded, long failed, Bytes results, Bytes errors) {
    /**
     * Stands for {@code results.jsonl} and {@code errors.jsonl} of the job, which have the committed outcomes of an
     * unfinished job after it was restored from a backup, or if a release without parts began it.
     */
    public static final long OWN = -1;

    /**
     * Lines of these items.
     *
     * @param start where they start if the lines of all items before are counted
     * @param at where they start in the file of the part
     */
    public record Bytes(long start, long length, long at) {
        public Bytes {
            if (start < 0 || length < 0 || at < 0) {
                throw new IllegalArgumentException("bytes " + start + ", " + length + ", " + at);
            }
        }

        /** Returns where they end if the lines of all items before are counted. */
        public long end() {
            return start + length;
        }
    }

    public IndexedPart {
        if (part < OWN || firstItem < 0 || succeeded < 0 || failed < 0 || succeeded + failed == 0) {
            throw new IllegalArgumentException("part " + part + ", " + firstItem + ", " + succeeded + ", " + failed);
        }
    }

    /** Returns this with more items, which follow in the same part. */
    public IndexedPart and(long moreSucceeded, long moreFailed, long moreResults, long moreErrors) {
        return new IndexedPart(
                part,
                firstItem,
                succeeded + moreSucceeded,
                failed + moreFailed,
                new Bytes(results.start, results.length + moreResults, results.at),
                new Bytes(errors.start, errors.length + moreErrors, errors.at));
    }

    boolean isOwn() {
        return part == OWN;
    }

    /** Returns the index of the first item after these. */
    public long nextItem() {
        return firstItem + succeeded + failed;
    }
}
