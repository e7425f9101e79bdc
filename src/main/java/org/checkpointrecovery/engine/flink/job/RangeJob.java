package org.checkpointrecovery.engine.flink.job;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The Flink job that is submitted for a job: assigns the ranges in order to idle tasks, which process them. Everything
 * else is in the job's files. Its arguments are the directory of these files and the number of the submission.
 */
public final class RangeJob {
    private RangeJob() {}

    public static void main(String[] arguments) throws Exception {
        String directory = arguments[0];
        int submission = Integer.parseInt(arguments[1]);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        // The names are part of the checkpoint format: after a change, older Flink checkpoints cannot be restored.
        environment
                .fromSource(
                        new RangeSource(directory, submission), WatermarkStrategy.noWatermarks(), "ranges", Types.VOID)
                .uid("work")
                .sinkTo(new DiscardingSink<>())
                .name("end")
                .uid("end");
        environment.execute();
    }
}
