package org.checkpointrecovery.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Range;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A crash hits the batch of its item, however far the cluster is ahead: the range's record must have that batch. */
class RangeRehearsalTest {
    private static boolean keepsBatchesApart(CrashPoint point, Range range) {
        Job job = Job.submitted(
                new JobId("0mh3k2v9x-7fq2mzt4"),
                null,
                TestSpec.spec().crashAfter(333, point).build(),
                new InputIdentity(1, null, 2),
                null,
                null,
                Instant.EPOCH);
        RunControl control = new RunControl();
        RangeRehearsal unused = new RangeRehearsal(job, range, control);
        return control.commitsEachBatch();
    }

    @ParameterizedTest
    @EnumSource
    void the_range_with_the_item_keeps_its_batches_apart_and_no_other_does(CrashPoint point) {
        assertThat(keepsBatchesApart(point, new Range(300, 33, 0, 0, false))).isTrue();
        assertThat(keepsBatchesApart(point, new Range(332, 1, 0, 0, false))).isTrue();
        assertThat(keepsBatchesApart(point, new Range(0, 332, 0, 0, false))).isFalse();
        assertThat(keepsBatchesApart(point, new Range(333, 100, 0, 0, false))).isFalse();
    }
}
