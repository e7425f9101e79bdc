package org.checkpointrecovery.engine.local;

import java.time.Duration;
import org.checkpointrecovery.engine.CrashOrder;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * What others ask of a run while it works. The run's threads look here between items; none of them is ever interrupted,
 * because that would close the files that they write. Thread-safe.
 */
final class RunControl {
    private volatile Run.@Nullable End asked; // written under this
    private volatile boolean now; // written under this
    private volatile @Nullable CrashOrder crash; // written under this

    /** Asks the run to end as PAUSED or STOPPED, at the end of its batch. */
    synchronized void endAtBatch(Run.End how) {
        if (asked == null) {
            asked = how;
        }
        notifyAll();
    }

    /** Asks the run to end between two items; the batch in work is dropped. */
    synchronized void endNow(Run.End how) {
        asked = how;
        now = true;
        notifyAll();
    }

    /** Stops the run's other threads, because the run is over. */
    synchronized void abort() {
        now = true;
        notifyAll();
    }

    synchronized void crash(CrashOrder order) {
        crash = order;
        notifyAll();
    }

    /** How the run was asked to end, or null. */
    Run.@Nullable End asked() {
        return asked;
    }

    boolean mustEndNow() {
        return now;
    }

    @Nullable
    CrashOrder crash() {
        return crash;
    }

    /** Waits, but no longer than until the run must end now or crash. */
    synchronized void await(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        while (!now && crash == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                break;
            }
            try {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
