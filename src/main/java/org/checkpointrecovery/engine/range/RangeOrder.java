package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;

/**
 * What a cluster does with the ranges of a job: the content of {@code order.json}.
 *
 * @param job the job at the start of the run
 * @param maxItemBytes the maximum size of an item; longer items fail
 * @param httpAllow the targets that the processor {@code http} may call, as its rules format them
 * @param tasks the maximum number of ranges that are processed at once, at least 1
 */
public record RangeOrder(Job job, Input input, int maxItemBytes, String httpAllow, int tasks) {
    private static final int VERSION = 1;

    /** Writes the paths of the input so that another process finds them. */
    void write(Disk disk, Path file) throws IOException {
        Path indexes = input.indexes();
        Input found = new Input(
                input.file().toAbsolutePath(),
                indexes == null ? null : indexes.toAbsolutePath(),
                input.foreign(),
                input.asSent());
        RangeOrder order = new RangeOrder(job, found, maxItemBytes, httpAllow, tasks);
        Replacement.write(disk, file, StoredJson.write(VERSION, order));
    }

    static RangeOrder read(Disk disk, Path file) throws IOException {
        return StoredJson.read(disk.read(file), VERSION, RangeOrder.class);
    }
}
