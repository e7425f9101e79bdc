package org.checkpointrecovery.engine;

import java.time.Duration;
import java.util.Set;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.ResultsLayout;
import org.checkpointrecovery.processor.TextStatsKind;
import org.jspecify.annotations.Nullable;

/** Specs for tests: inline items in batches of 3, unless told otherwise. */
public final class TestSpec {
    private InputSpec input = new InputSpec.Inline();
    private Format format = Format.LINES;
    private int batchSize = 3;
    private int parallelism = 1;
    private ProcessorSpec processor = ProcessorSpec.of(TextStatsKind.TYPE);
    private EngineKind engine = EngineKind.LOCAL;
    private CommitMode commit = CommitMode.GROUP;
    private @Nullable ResultsLayout results;
    private OnItemError onItemError = OnItemError.SKIP;
    private @Nullable Long maxFailedItems;
    private @Nullable String callbackUrl;
    private @Nullable Duration retainFor;
    private boolean start = true;
    private @Nullable Long crashAfterItems;
    private CrashPoint crashPoint = CrashPoint.PROCESSING;
    private Set<Long> failItems = Set.of();
    private Duration itemDelay = Duration.ZERO;

    public static TestSpec spec() {
        return new TestSpec();
    }

    public TestSpec over(InputSpec newInput) {
        input = newInput;
        return this;
    }

    public TestSpec format(Format other) {
        format = other;
        return this;
    }

    public TestSpec batchSize(int items) {
        batchSize = items;
        return this;
    }

    public TestSpec parallelism(int threads) {
        parallelism = threads;
        return this;
    }

    public TestSpec engine(EngineKind kind) {
        engine = kind;
        return this;
    }

    public TestSpec processor(ProcessorSpec spec) {
        processor = spec;
        return this;
    }

    public TestSpec commit(CommitMode mode) {
        commit = mode;
        return this;
    }

    public TestSpec onItemError(OnItemError what) {
        onItemError = what;
        return this;
    }

    public TestSpec maxFailedItems(long most) {
        maxFailedItems = most;
        return this;
    }

    public TestSpec retainFor(Duration period) {
        retainFor = period;
        return this;
    }

    public TestSpec callbackUrl(String url) {
        callbackUrl = url;
        return this;
    }

    /** How a cluster leaves the results. */
    public TestSpec results(ResultsLayout layout) {
        results = layout;
        return this;
    }

    public TestSpec notStarted() {
        start = false;
        return this;
    }

    public TestSpec crashAfter(long items, CrashPoint point) {
        crashAfterItems = items;
        crashPoint = point;
        return this;
    }

    public TestSpec failItems(Set<Long> indexes) {
        failItems = indexes;
        return this;
    }

    public TestSpec itemDelay(Duration delay) {
        itemDelay = delay;
        return this;
    }

    public JobSpec build() {
        Faults faults = crashAfterItems == null && failItems.isEmpty() && itemDelay.isZero()
                ? null
                : new Faults(crashAfterItems, crashPoint, failItems, itemDelay);
        return new JobSpec(
                null,
                null,
                new ItemsSpec(input, format),
                processor,
                new Execution(engine, batchSize, parallelism, commit, engine == EngineKind.LOCAL ? null : results),
                new FailedItemLimits(onItemError, maxFailedItems, null),
                callbackUrl,
                retainFor,
                start,
                faults);
    }
}
