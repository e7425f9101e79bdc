package org.checkpointrecovery.rehearsal;

import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;

/**
 * An order to simulate a crash.
 *
 * @param afterItems how many more items are processed first; 0 hits the current batch
 */
public record CrashOrder(CrashMode mode, CrashPoint point, long afterItems) {
    public CrashOrder {
        if (afterItems < 0) {
            throw new IllegalArgumentException("afterItems " + afterItems);
        }
    }
}
