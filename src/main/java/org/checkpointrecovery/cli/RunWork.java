package org.checkpointrecovery.cli;

import java.util.List;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.JobSpec;

/**
 * What a run does.
 *
 * @param job the spec and its inline items
 * @param crashesEachCall whether each call rehearses the crash of the spec, not only the first one
 */
record RunWork(NewJob job, RunProcessor processor, RunInput input, boolean crashesEachCall) implements AutoCloseable {
    /** Creates the work that options describe. */
    static RunWork of(JobSpec spec, RunProcessor processor) {
        return new RunWork(new NewJob(spec, List.of(), null), processor, RunInput.of(spec), true);
    }

    JobSpec spec() {
        return job.spec();
    }

    /** Whether the first call rehearses a crash and later ones do not, so that the first one must leave a record. */
    boolean crashesOnce() {
        Faults faults = spec().faults();
        return !crashesEachCall && faults != null && faults.crashAfterItems() != null;
    }

    /** Returns the spec of a call that continues an earlier one. */
    JobSpec continued() {
        Faults faults = spec().faults();
        return faults == null || crashesEachCall ? spec() : spec().rehearsing(faults.withoutCrash());
    }

    @Override
    public void close() {
        processor.close();
    }
}
