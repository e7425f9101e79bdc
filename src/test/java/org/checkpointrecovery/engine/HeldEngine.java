package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.JobFiles;
import org.jspecify.annotations.Nullable;

/** Runs nothing: the test says what happens. */
class HeldEngine implements JobEngine {
    private @Nullable RunListener listener;

    @Override
    public void submit(RunOrder order, RunListener ofRun) {
        listener = ofRun;
    }

    /** The same as a service has it. */
    RehearsingEngine wrapped() {
        return RehearsingEngine.remote(this, (job, order) -> {});
    }

    RunListener run() {
        return requireNonNull(listener);
    }

    @Override
    public void withdraw(JobId job) {}

    @Override
    public void pause(JobId job) {}

    @Override
    public void cancel(JobId job) {}

    @Override
    public void release(Status status, Position committed, JobFiles files) throws IOException {}

    @Override
    public void shutDown(Duration grace) {}
}
