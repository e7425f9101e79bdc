package org.checkpointrecovery.engine.flink.job;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.checkpointrecovery.engine.flink.task.RangeTask;
import org.checkpointrecovery.engine.flink.task.WorkEndedException;
import org.jspecify.annotations.Nullable;

/**
 * Processes ranges. Keeps the counts of succeeded and failed items in its state, so that the accumulators, which Flink
 * resets when it restarts a task, continue where they were.
 */
final class RangeWork extends ProcessFunction<Integer, Void> implements CheckpointedFunction {
    private static final long serialVersionUID = 1;

    private final String directory;
    private final int submission;
    private final LongCounter succeeded = new LongCounter();
    private final LongCounter failed = new LongCounter();
    private transient @Nullable RangeTask task;
    private transient @Nullable ListState<Long> savedSucceeded;
    private transient @Nullable ListState<Long> savedFailed;

    RangeWork(String directory, int submission) {
        this.directory = directory;
        this.submission = submission;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        savedSucceeded = restore(context, "succeeded", succeeded);
        savedFailed = restore(context, "failed", failed);
    }

    private static ListState<Long> restore(FunctionInitializationContext context, String name, LongCounter counter)
            throws Exception {
        ListState<Long> saved =
                context.getOperatorStateStore().getListState(new ListStateDescriptor<>(name, Types.LONG));
        counter.resetLocal();
        for (Long count : saved.get()) {
            counter.add(count);
        }
        return saved;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        getRuntimeContext().addAccumulator("succeeded", succeeded);
        getRuntimeContext().addAccumulator("failed", failed);
    }

    @Override
    public void processElement(Integer number, Context context, Collector<Void> out) throws Exception {
        try {
            if (task == null) {
                task = ClusterTask.open(Path.of(directory), submission);
            }
            RangeTask.Counts counts = task.work(number);
            succeeded.add(counts.succeeded());
            failed.add(counts.failed());
        } catch (WorkEndedException e) {
            throw new NoMoreTriesException(e);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        requireNonNull(savedSucceeded).clear();
        savedSucceeded.add(succeeded.getLocalValuePrimitive());
        requireNonNull(savedFailed).clear();
        savedFailed.add(failed.getLocalValuePrimitive());
    }

    @Override
    public void close() {
        if (task != null) {
            task.close();
        }
    }
}
