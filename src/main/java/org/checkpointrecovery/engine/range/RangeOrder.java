package org.checkpointrecovery.engine.range;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;

/**
 * What a cluster does with the ranges of a job: the content of {@code order.json}.
 *
 * @param job the job at the start of the run
 * @param maxItemBytes the maximum size of an item; longer items fail
 * @param httpAllow the targets that the processor {@code http} may call, as its rules format them
 * @param from the committed position, where the input is cut into ranges if that has not begun
 * @param cuts where ranges end
 */
public record RangeOrder(Job job, Input input, int maxItemBytes, String httpAllow, Position from, Cuts cuts) {
    private static final int VERSION = 2;

    InputItems items(Disk disk) throws IOException {
        return input.items(
                disk, job.validSpec().format(), requireNonNull(job.identity()).bytes(), maxItemBytes);
    }

    /** Whether a range ended at an item that may not fail, so that the job fails there. */
    public boolean isEndedBy(RangeRecord range) {
        return range.failed() > 0 && job.validSpec().failedItemLimits().itemsAllowed() == 0;
    }

    /** Writes the paths of the input so that another process finds them. */
    void write(Disk disk, Path file) throws IOException {
        Path indexes = input.indexes();
        Input found = new Input(
                input.file().toAbsolutePath(),
                indexes == null ? null : indexes.toAbsolutePath(),
                input.foreign(),
                input.asSent());
        RangeOrder order = new RangeOrder(job, found, maxItemBytes, httpAllow, from, cuts);
        Replacement.write(disk, file, StoredJson.write(VERSION, order));
    }

    static RangeOrder read(Disk disk, Path file) throws IOException {
        return StoredJson.read(disk.read(file), VERSION, RangeOrder.class);
    }
}
