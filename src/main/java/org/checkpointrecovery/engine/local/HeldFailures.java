package org.checkpointrecovery.engine.local;

import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;

/**
 * Consecutive failures that may have a common cause. They are final once something else follows; if the job pauses
 * because of them, their items are retried instead. Used by one thread at a time.
 *
 * @param <T> a finished item
 */
final class HeldFailures<T> {
    private final FailureStreak streak;
    private final RunControl control;
    private final List<T> held = new ArrayList<>();
    private boolean paused;

    /** @param control told to pause */
    HeldFailures(FailureStreak streak, RunControl control) {
        this.streak = streak;
        this.control = control;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** Adds a success to the final outcomes. */
    void succeeded(T item, List<T> done) {
        streak.add(null);
        end(done);
        done.add(item);
    }

    /** Adds a failure; true if it is held, not final. */
    boolean failed(T item, ItemFailure failure, List<T> done) {
        if (streak.add(failure) == FailureStreak.Effect.BREAKS) {
            end(done);
            done.add(item);
            return false;
        }
        held.add(item);
        Reason reason = streak.pause(failure);
        if (reason != null) {
            paused = true;
            control.pause(reason);
        }
        return true;
    }

    /** Makes the held failures final, unless the job pauses because of them. */
    void end(List<T> done) {
        if (!paused) {
            done.addAll(held);
        }
        held.clear();
    }
}
