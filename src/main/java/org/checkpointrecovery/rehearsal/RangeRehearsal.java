package org.checkpointrecovery.rehearsal;

import java.nio.file.Path;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.Disk;
import org.jspecify.annotations.Nullable;

/** The failures that one range of a job rehearses, in the task that processes it. */
public final class RangeRehearsal {
    private final Rehearsal rehearsal;

    /** Arms the crash of the spec if the range has its item. */
    public RangeRehearsal(Job job, Range range, RunControl control) {
        this.rehearsal = new Rehearsal(job, control, Rehearsal.Scope.RANGE, () -> {});
        rehearsal.begin(range);
    }

    /**
     * @param results the results of the range
     * @param record written when the range is complete
     */
    public Disk disk(Disk disk, Path results, Path errors, Path record) {
        return RehearsedDisk.ofRange(disk, new TornFiles(disk, results, errors), record, rehearsal);
    }

    public Processors processors(Processors processors) {
        return new RehearsedProcessors(processors, rehearsal);
    }

    /** Arms a crash that was ordered from outside. */
    public void order(CrashOrder order) {
        rehearsal.order(order);
    }

    /** Returns the crash that happened, or that is due once the range is complete; null if there is none. */
    public @Nullable CrashOrder crash() {
        return rehearsal.hasStruck() || rehearsal.isDue() ? rehearsal.order() : null;
    }
}
