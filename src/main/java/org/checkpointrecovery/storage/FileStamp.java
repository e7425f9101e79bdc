package org.checkpointrecovery.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Digests what a file system says about a file into one number, from which a later look tells whether the file is still the
 * same. Two that differ share a number with a chance of 2<sup>-64</sup>.
 */
final class FileStamp {
    /** No stamp has this value. */
    static final long NONE = 0;

    private FileStamp() {}

    static long of(long bytes, Instant modifiedAt, @Nullable Instant changedAt, long inode) {
        long changed = changedAt == null ? 0 : and(changedAt.getEpochSecond(), changedAt.getNano());
        long modified = and(modifiedAt.getEpochSecond(), modifiedAt.getNano());
        return and(and(and(modified, changed), bytes), inode);
    }

    /** Combines two numbers. The order counts. */
    static long and(long first, long second) {
        long mixed = mix(mix(first) + 0x9e3779b97f4a7c15L * (second + 1));
        return mixed == NONE ? 1 : mixed;
    }

    /** The finalizer of SplitMix64 ("Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
