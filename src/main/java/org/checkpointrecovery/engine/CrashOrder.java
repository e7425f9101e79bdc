package org.checkpointrecovery.engine;

import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;

/**
 * A crash on purpose.
 *
 * @param afterItems how many more items are processed first; with 0 it hits the batch in work
 */
public record CrashOrder(CrashMode mode, CrashPoint point, long afterItems) {
    public CrashOrder {
        if (afterItems < 0) {
            throw new IllegalArgumentException("afterItems " + afterItems);
        }
    }
}
