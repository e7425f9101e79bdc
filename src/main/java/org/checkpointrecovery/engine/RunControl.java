package org.checkpointrecovery.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a run while it works. The run's threads check it between items. They are never interrupted, because that
 * would close the files that they write. Thread-safe.
 */
public final class RunControl {
    private volatile Run.@Nullable End asked; // written under this
    private volatile boolean now;
    private volatile boolean eachBatch;
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

    /** Asks the run to end at the end of its batch. */
    public void endAtBatch(Run.End how) {
        synchronized (this) {
            if (asked == null) {
                asked = how;
            }
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
        }
        changed();
    }

    /** Asks the run to end between two items. The current batch is dropped. */
    public void endNow(Run.End how) {
        synchronized (this) {
            asked = how;
            reason = null;
            now = true;
        }
        changed();
    }

    /** Stops the run's other threads, because the run is over. */
    public void abort() {
        now = true;
        changed();
    }

    /** Makes each batch durable before the next one is processed, from now on. */
    public void commitEachBatch() {
        eachBatch = true;
    }

    /** Whether each batch is committed on its own, and durable before the next one is processed. */
    public boolean commitsEachBatch() {
        return eachBatch;
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
}
