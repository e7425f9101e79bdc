package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;
import static org.checkpointrecovery.job.Status.CANCELLED;
import static org.checkpointrecovery.job.Status.CANCELLING;
import static org.checkpointrecovery.job.Status.COMPLETED;
import static org.checkpointrecovery.job.Status.CRASHED;
import static org.checkpointrecovery.job.Status.FAILED;
import static org.checkpointrecovery.job.Status.PAUSED;
import static org.checkpointrecovery.job.Status.PAUSING;
import static org.checkpointrecovery.job.Status.QUEUED;
import static org.checkpointrecovery.job.Status.RUNNING;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of a job, with the details of that state.
 *
 * <pre>
 *   CREATED                   -> QUEUED | CANCELLED
 *   QUEUED                    -> RUNNING | PAUSED | CANCELLED | FAILED (the run could not start)
 *   RUNNING                   -> PAUSING | CANCELLING | COMPLETED | FAILED | CRASHED | QUEUED (orderly shutdown)
 *                              | PAUSED (on its own, with a reason)
 *   PAUSING                   -> PAUSED | CANCELLING | COMPLETED | FAILED | CRASHED (its last batch may end the job)
 *   CANCELLING                -> CANCELLED
 *   PAUSED | CRASHED | FAILED -> QUEUED | CANCELLED
 *   COMPLETED | CANCELLED     final
 * </pre>
 */
public sealed interface JobState {
    Status status();

    /** Returns why the job is in this state, if the state does not say it all. */
    default @Nullable Reason reason() {
        return null;
    }

    record Created() implements JobState {
        @Override
        public Status status() {
            return Status.CREATED;
        }
    }

    record Queued() implements JobState {
        @Override
        public Status status() {
            return QUEUED;
        }
    }

    record Running() implements JobState {
        @Override
        public Status status() {
            return RUNNING;
        }
    }

    record Pausing() implements JobState {
        @Override
        public Status status() {
            return PAUSING;
        }
    }

    /** @param reason why the job paused on its own; null if it was requested */
    record Paused(@Nullable Reason reason) implements JobState {
        @Override
        public Status status() {
            return PAUSED;
        }
    }

    record Cancelling() implements JobState {
        @Override
        public Status status() {
            return CANCELLING;
        }
    }

    record Cancelled() implements JobState {
        @Override
        public Status status() {
            return CANCELLED;
        }
    }

    /** The service does not resume a simulated crash automatically. */
    record Crashed(Reason reason) implements JobState {
        public Crashed {
            requireNonNull(reason);
        }

        @Override
        public Status status() {
            return CRASHED;
        }
    }

    record Failed(Reason reason) implements JobState {
        public Failed {
            requireNonNull(reason);
        }

        @Override
        public Status status() {
            return FAILED;
        }
    }

    /**
     * All items are committed. The checkpoint is deleted, so its content is stored here.
     *
     * @param end the position after the last item
     * @param lastCheckpointAt null if there was no item
     */
    record Completed(Position end, @Nullable Instant lastCheckpointAt) implements JobState {
        public Completed {
            requireNonNull(end);
        }

        @Override
        public Status status() {
            return COMPLETED;
        }
    }

    default boolean mayBecome(Status next) {
        return switch (status()) {
            case CREATED -> next == QUEUED || next == CANCELLED;
            case QUEUED -> next == RUNNING || next == PAUSED || next == CANCELLED || next == FAILED;
            case RUNNING ->
                next == PAUSING
                        || next == CANCELLING
                        || next == COMPLETED
                        || next == FAILED
                        || next == CRASHED
                        || next == QUEUED
                        || next == PAUSED;
            case PAUSING ->
                next == PAUSED || next == CANCELLING || next == COMPLETED || next == FAILED || next == CRASHED;
            case CANCELLING -> next == CANCELLED;
            case PAUSED, CRASHED, FAILED -> next == QUEUED || next == CANCELLED;
            case CANCELLED, COMPLETED -> false;
        };
    }
}
