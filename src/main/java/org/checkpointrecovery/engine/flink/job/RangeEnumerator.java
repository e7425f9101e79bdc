package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.core.fs.Path;
import org.checkpointrecovery.engine.range.Manifest;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.storage.LocalDisk;

/**
 * Lists the ranges as splits. The offset of a split is the range's number in the manifest. Finished ranges are
 * included: a task only counts their items, so that the counts of the tasks cover the whole job.
 */
final class RangeEnumerator implements FileEnumerator {
    private final RangeStore ranges;

    RangeEnumerator(String directory) {
        this.ranges = new RangeStore(new LocalDisk(), java.nio.file.Path.of(directory)); // which it only reads
    }

    @Override
    public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int minDesiredSplits) throws IOException {
        Manifest manifest = ranges.manifest();
        List<FileSourceSplit> splits = new ArrayList<>();
        for (int number = 0; number < manifest.ranges().size(); number++) {
            splits.add(new FileSourceSplit(String.valueOf(number), paths[0], number, 1, 0, 0));
        }
        return splits;
    }
}
