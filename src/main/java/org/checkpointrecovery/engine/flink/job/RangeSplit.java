package org.checkpointrecovery.engine.flink.job;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A range on its way to a task.
 *
 * @param number of the range in the manifest
 */
record RangeSplit(int number) implements SourceSplit {
    @Override
    public String splitId() {
        return String.valueOf(number);
    }
}
