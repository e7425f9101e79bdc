package org.checkpointrecovery.rehearsal;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.run.RunFailedException;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a run that may crash at a write. It looks at each checkpoint as it is written: all results that the
 * checkpoint counts are forced by then. If the checkpoint ends the batch that the crash hits, the disk leaves the files
 * as a crash at the ordered point would, and fails the write. The record of a range is treated like a checkpoint.
 */
final class RehearsedDisk extends ForwardingDisk {
    private final Rehearsal rehearsal;
    private final TornFiles torn;
    private final Path watched;
    private final @Nullable Path checkpoint;

    private RehearsedDisk(Disk disk, Rehearsal rehearsal, TornFiles torn, Path watched, @Nullable Path checkpoint) {
        super(disk);
        this.rehearsal = rehearsal;
        this.torn = torn;
        this.watched = watched;
        this.checkpoint = checkpoint;
    }

    static RehearsedDisk ofRun(Disk disk, RunOrder.Target files, Rehearsal rehearsal) {
        TornFiles torn = new TornFiles(disk, files.results(), files.errors());
        Path checkpoint = files.checkpoint();
        return new RehearsedDisk(disk, rehearsal, torn, FileCheckpointStore.temporaryOf(checkpoint), checkpoint);
    }

    static RehearsedDisk ofRange(Disk disk, TornFiles torn, Path record, Rehearsal rehearsal) {
        return new RehearsedDisk(disk, rehearsal, torn, record, null);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        DiskFile open = super.open(file);
        return file.equals(watched) ? new WatchedFile(open) : open;
    }

    private final class WatchedFile extends ForwardingFile {
        WatchedFile(DiskFile file) {
            super(file);
        }

        @Override
        public void append(byte[] source, int start, int end) throws IOException {
            if (!rehearsal.isArmed()) {
                super.append(source, start, end);
                return;
            }
            long nextItem = checkpoint == null
                    ? Long.MAX_VALUE // a range has the item, or no crash is armed
                    : FileCheckpointStore.decode(source, start, end).position().nextItem();
            CrashOrder order = rehearsal.hitting(nextItem);
            if (order == null) {
                super.append(source, start, end);
                return;
            }
            Position committed = rehearsal.committed();
            switch (checkpoint == null && order.point().isOfCheckpoint()
                    ? CrashPoint.BETWEEN_RESULTS_AND_CHECKPOINT
                    : order.point()) {
                case CORRUPT_CHECKPOINT -> {
                    super.append(source, start, end);
                    return;
                }
                case TORN_CHECKPOINT -> super.append(source, start, start + (end - start) / 2);
                case PROCESSING, BEFORE_COMMIT -> torn.cutBack(committed);
                case BETWEEN_RESULTS_AND_CHECKPOINT -> {}
                case TORN_RESULTS -> torn.tear(committed);
            }
            if (size() == 0) {
                delete(watched);
            }
            rehearsal.strike();
            throw new RunFailedException(rehearsal.reason(committed));
        }
    }

    /** Makes the checkpoint unreadable. */
    void corruptCheckpoint() throws IOException {
        try (DiskFile file = super.open(requireNonNull(checkpoint))) {
            file.cutBack(file.size() / 2);
        }
    }
}
