package org.checkpointrecovery.engine;

import java.time.Duration;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;

/**
 * Placeholder for an engine that this service does not have. It pauses the jobs that were submitted when the service had one.
 */
final class AbsentEngine implements JobEngine {
    private final String missing;

    /** @param missing what to do, as a sentence that continues with "and resume" */
    AbsentEngine(String missing) {
        this.missing = missing;
    }

    @Override
    public void submit(RunOrder order, RunListener listener) {
        Position unknown = Position.START; // no run has started, so there is no position
        Reason reason = new Reason(
                ErrorCode.ENGINE_UNAVAILABLE,
                "This service has no cluster to run the job on. Nothing is lost. " + missing + " and resume.");
        listener.ended(order.job().id(), new RunEnd(Run.End.PAUSED, reason, unknown));
    }

    @Override
    public void withdraw(JobId job) {}

    @Override
    public void pause(JobId job) {}

    @Override
    public void cancel(JobId job) {}

    @Override
    public void crash(JobId job, CrashOrder order) {}

    @Override
    public void shutDown(Duration grace) {}
}
