package org.checkpointrecovery.engine;

import java.time.Duration;
import java.util.Set;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.ProcessorSpec;
import org.jspecify.annotations.Nullable;

/** Specs for tests: inline items in batches of 3, unless told otherwise. */
final class TestSpec {
    private InputSpec input = new InputSpec.Inline();
    private Format format = Format.LINES;
    private int batchSize = 3;
    private int parallelism = 1;
    private ProcessorSpec processor = new ProcessorSpec.TextStats();
    private EngineKind engine = EngineKind.LOCAL;
    private CommitMode commit = CommitMode.GROUP;
    private OnItemError onItemError = OnItemError.SKIP;
    private @Nullable Long maxFailedItems;
    private boolean start = true;
    private @Nullable Long crashAfterItems;
    private CrashPoint crashPoint = CrashPoint.PROCESSING;
    private Set<Long> failItems = Set.of();
    private Duration itemDelay = Duration.ZERO;

    static TestSpec spec() {
        return new TestSpec();
    }

    TestSpec over(InputSpec newInput) {
        input = newInput;
        return this;
    }

    TestSpec format(Format other) {
        format = other;
        return this;
    }

    TestSpec batchSize(int items) {
        batchSize = items;
        return this;
    }

    TestSpec parallelism(int threads) {
        parallelism = threads;
        return this;
    }

    TestSpec engine(EngineKind kind) {
        engine = kind;
        return this;
    }

    TestSpec processor(ProcessorSpec spec) {
        processor = spec;
        return this;
    }

    TestSpec commit(CommitMode mode) {
        commit = mode;
        return this;
    }

    TestSpec onItemError(OnItemError what) {
        onItemError = what;
        return this;
    }

    TestSpec maxFailedItems(long most) {
        maxFailedItems = most;
        return this;
    }

    TestSpec notStarted() {
        start = false;
        return this;
    }

    TestSpec crashAfter(long items, CrashPoint point) {
        crashAfterItems = items;
        crashPoint = point;
        return this;
    }

    TestSpec failItems(Set<Long> indexes) {
        failItems = indexes;
        return this;
    }

    TestSpec itemDelay(Duration delay) {
        itemDelay = delay;
        return this;
    }

    JobSpec build() {
        Faults faults = crashAfterItems == null && failItems.isEmpty() && itemDelay.isZero()
                ? null
                : new Faults(crashAfterItems, crashPoint, failItems, itemDelay);
        return new JobSpec(
                null,
                input,
                format,
                processor,
                engine,
                batchSize,
                parallelism,
                commit,
                new FailedItemLimits(onItemError, maxFailedItems, null),
                null,
                start,
                faults);
    }
}
