package org.checkpointrecovery;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;
import org.checkpointrecovery.api.ApiServer;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.TextStatsKind;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.JobStore;

/** Does beside the start what the first submission would otherwise wait for: writes a job of its own for nobody. */
final class Preparation {
    private Preparation() {}

    static void run() {
        RandomGenerator random = new SecureRandom();
        Clock clock = Clock.systemUTC();
        JobSpec spec = new JobSpec(
                null,
                null,
                new ItemsSpec(new InputSpec.Inline(), Format.LINES),
                ProcessorSpec.of(TextStatsKind.TYPE),
                new Execution(EngineKind.LOCAL, Execution.DEFAULT_BATCH_SIZE, 1, CommitMode.GROUP, null),
                FailedItemLimits.NONE,
                null,
                null,
                true,
                null);
        JobId id = new JobId(new IdGenerator(clock, random).next());
        Job job = Job.submitted(id, null, spec, new InputIdentity(0, null, 0), null, null, clock.instant());
        JobStore.prepare(job);
        ApiServer.prepare(job);
    }
}
