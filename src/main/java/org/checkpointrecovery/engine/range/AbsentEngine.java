package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;

/**
 * Placeholder for the engine of a cluster that this service does not have. It pauses the jobs that were submitted when the
 * service had one, and releases what they left.
 */
public final class AbsentEngine implements JobEngine {
    private final Disk disk;
    private final String problem;
    private final String missing;

    /**
     * @param problem why it accepts no new jobs, as the rest of a sentence about the engine
     * @param missing what to do, as a sentence that continues with "and resume"
     */
    public AbsentEngine(Disk disk, String problem, String missing) {
        this.disk = disk;
        this.problem = problem;
        this.missing = missing;
    }

    @Override
    public Optional<String> problem() {
        return Optional.of(problem);
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
    public Optional<Finished> finished(JobFiles files, Position committed) throws IOException {
        return RangeStore.of(disk, files).finished(committed);
    }

    @Override
    public void release(Status status, Position committed, JobFiles files) throws IOException {
        RangeStore.of(disk, files).release(status, committed);
    }

    @Override
    public void shutDown(Duration grace) {}
}
