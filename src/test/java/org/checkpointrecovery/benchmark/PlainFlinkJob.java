package org.checkpointrecovery.benchmark;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.checkpointrecovery.processor.PlainTextStats;

/**
 * What one would write for Flink without the service: lines from a file, the same function, results into files. It has no
 * index of items, no order, no errors and no single line of JSON per failed item.
 */
public final class PlainFlinkJob {
    private PlainFlinkJob() {}

    /** The same work as that of {@code text-stats}. */
    public static final class Statistics implements MapFunction<String, String> {
        private static final long serialVersionUID = 1;

        @Override
        public String map(String line) {
            return PlainTextStats.of(0, line);
        }
    }

    /** @param arguments the path of the input, and of the directory for the results */
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        FileSource<String> lines = FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(arguments[0]))
                .build();
        environment
                .fromSource(lines, WatermarkStrategy.noWatermarks(), "lines")
                .map(new Statistics())
                .sinkTo(FileSink.forRowFormat(new Path(arguments[1]), new SimpleStringEncoder<String>("UTF-8"))
                        .build());
        environment.executeAsync("plain");
    }
}
