package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.core.fs.Path;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.Manifest;
import org.checkpointrecovery.storage.RangeFiles;

/** Finds the ranges that are not done. Each is a split, whose offset is its number in the manifest. */
final class RangeEnumerator implements FileEnumerator {
    private final RangeFiles files;

    RangeEnumerator(String directory) {
        this.files = new RangeFiles(java.nio.file.Path.of(directory));
    }

    @Override
    public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int minDesiredSplits) throws IOException {
        Disk disk = new LocalDisk();
        Manifest manifest = Manifest.read(disk, files.manifest());
        List<FileSourceSplit> splits = new ArrayList<>();
        for (int number = 0; number < manifest.ranges().size(); number++) {
            if (!disk.exists(files.range(manifest.ranges().get(number)))) {
                splits.add(new FileSourceSplit(String.valueOf(number), paths[0], number, 1, 0, 0));
            }
        }
        return splits;
    }
}
