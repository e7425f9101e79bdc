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
 * What others ask of a run while it works. The run's threads look here between items; none of them is ever interrupted,
 * because that would close the files that they write. Thread-safe.
 */
public final class RunControl {
    private volatile Run.@Nullable End asked; // written under this
    private volatile boolean now; // written under this
    private volatile @Nullable CrashOrder crash; // written under this
    private volatile @Nullable Reason reason; // written under this
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Has something called after each request, on the thread that makes it. To be called before the first one counts. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
        listener.run();
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    /** Asks the run to end as PAUSED or STOPPED, at the end of its batch. */
    public void endAtBatch(Run.End how) {
        synchronized (this) {
            if (asked == null) {
                asked = how;
            }
            notifyAll();
        }
        changed();
    }

    /** The run is to pause by itself. */
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

    /** Asks the run to end between two items; the batch in work is dropped. */
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

    /** How the run was asked to end, or null. */
    public Run.@Nullable End asked() {
        return asked;
    }

    /** Why the run pauses by itself, or null. */
    public @Nullable Reason reason() {
        return reason;
    }

    public boolean mustEndNow() {
        return now;
    }

    public @Nullable CrashOrder crash() {
        return crash;
    }

    /** Whether a crash was ordered that strikes at once, whatever is in work. */
    public boolean crashesNow() {
        CrashOrder order = crash;
        return order != null && order.afterItems() == 0 && order.point() == CrashPoint.PROCESSING;
    }

    /** Waits, but no longer than until the run must end now or crash. */
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
