package org.checkpointrecovery.engine.run;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.checkpointrecovery.engine.CrashOrder;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a run while it works. The run's threads check it between items. They are never interrupted, because that
 * would close the files that they write. Thread-safe.
 */
public final class RunControl {
    private volatile Run.@Nullable End asked; // written under this
    private volatile boolean now; // written under this
    private volatile @Nullable CrashOrder crash; // written under this
    private volatile @Nullable Reason reason; // written under this
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Registers a listener and calls it once. It is called again after each request, on the requesting thread. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
        listener.run();
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    /** Asks the run to end as PAUSED or STOPPED at the end of its batch. */
    public void endAtBatch(Run.End how) {
        synchronized (this) {
            if (asked == null) {
                asked = how;
            }
            notifyAll();
        }
        changed();
    }

    /** Makes the run pause itself. */
    public void pause(Reason why) {
        synchronized (this) {
            if (asked == null) {
                asked = Run.End.PAUSED;
                reason = why;
            }
            notifyAll();
        }
        changed();
    }

    /** Asks the run to end between two items. The current batch is dropped. */
    public void endNow(Run.End how) {
        synchronized (this) {
            asked = how;
            reason = null;
            now = true;
            notifyAll();
        }
        changed();
    }

    /** Stops the run's other threads, because the run is over. */
    public void abort() {
        synchronized (this) {
            now = true;
            notifyAll();
        }
        changed();
    }

    public void crash(CrashOrder order) {
        synchronized (this) {
            crash = order;
            notifyAll();
        }
        changed();
    }

    /** Returns how the run was asked to end, or null. */
    public Run.@Nullable End asked() {
        return asked;
    }

    /** Returns why the run pauses itself, or null. */
    public @Nullable Reason reason() {
        return reason;
    }

    public boolean mustEndNow() {
        return now;
    }

    public @Nullable CrashOrder crash() {
        return crash;
    }

    /** Whether a crash was ordered that happens at once, during processing. */
    public boolean crashesNow() {
        CrashOrder order = crash;
        return order != null && order.afterItems() == 0 && order.point() == CrashPoint.PROCESSING;
    }

    /** Waits, but returns early if the run must end now or crash. */
    public synchronized void await(Duration time) {
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
