package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores a checkpoint in {@code checkpoint.json} and the previous one in {@code checkpoint.previous.json}.
 *
 * <p>A commit writes {@code checkpoint.json.tmp} and forces it; renames the checkpoint to the previous one; renames the
 * temporary file to the checkpoint, which commits; and forces the directory. Between the two renames there is no
 * checkpoint, but the temporary file is complete and forced: {@link #restore} finishes the rename. A temporary file
 * next to a checkpoint was left by a crash before the renames and is ignored.
 */
public final class FileCheckpointStore implements CheckpointStore {
    private static final Logger log = LoggerFactory.getLogger(FileCheckpointStore.class);

    private final Disk disk;
    private final JobId job;
    private final Path directory;
    private final Path current;
    private final Path previous;
    private final Path temporary;

    /** @param current the path of the checkpoint; its directory must exist */
    public FileCheckpointStore(Disk disk, JobId job, Path current) {
        this.disk = disk;
        this.job = job;
        this.directory = Replacement.directoryOf(current);
        this.current = current;
        this.previous = previousOf(current);
        this.temporary = temporaryOf(current);
    }

    /** Returns the path that a checkpoint is written to before it gets its name. */
    public static Path temporaryOf(Path checkpoint) {
        return Replacement.temporaryFor(checkpoint);
    }

    /** Returns the path of the previous checkpoint. */
    public static Path previousOf(Path checkpoint) {
        return sibling(checkpoint, "previous");
    }

    /** Decodes a checkpoint as {@link #commit} writes it. */
    public static Checkpoint decode(byte[] bytes, int start, int end) throws IOException {
        return CheckpointCodec.decode(Arrays.copyOfRange(bytes, start, end));
    }

    /** Returns the job that a checkpoint belongs to; empty if it is missing or unreadable, and the previous one, too. */
    public static Optional<JobId> ownerOf(Disk disk, Path checkpoint) throws IOException {
        for (Path file : List.of(checkpoint, temporaryOf(checkpoint), previousOf(checkpoint))) {
            try {
                return Optional.of(CheckpointCodec.decode(disk.read(file)).jobId());
            } catch (NoSuchFileException | DamagedFileException e) {
                // the next one may say
            }
        }
        return Optional.empty();
    }

    @Override
    public void commit(Checkpoint checkpoint) throws IOException {
        Replacement.writeForced(disk, temporary, CheckpointCodec.encode(checkpoint));
        if (disk.exists(current)) {
            disk.move(current, previous);
        }
        disk.move(temporary, current);
        disk.forceDirectory(directory);
    }

    @Override
    public Restored restore() throws IOException {
        if (isEmpty()) {
            return atBeginning(null); // nothing to change, so nothing to force
        }
        Restored restored = restoreNewest();
        disk.delete(temporary);
        disk.forceDirectory(directory);
        return restored;
    }

    private Restored restoreNewest() throws IOException {
        Found found = read(current);
        if (found instanceof Found.None && read(temporary) instanceof Found.Whole whole) {
            disk.move(temporary, current);
            found = whole;
        }
        if (found instanceof Found.Whole whole) {
            return from(Recovery.From.CHECKPOINT, whole.checkpoint(), null);
        }
        Reason reason = null;
        if (found instanceof Found.Damaged damaged) {
            reason = setAside(current, damaged);
        }
        Found before = read(previous);
        if (before instanceof Found.Whole whole) {
            Reason why = reason != null
                    ? reason
                    : new Reason(
                            ErrorCode.CHECKPOINT_MISSING,
                            "Checkpoint " + current.getFileName()
                                    + " is missing. The job continued from the previous one. No action is needed.");
            return from(Recovery.From.PREVIOUS_CHECKPOINT, whole.checkpoint(), why);
        }
        if (before instanceof Found.Damaged damaged) {
            Reason older = setAside(previous, damaged);
            reason = reason == null ? older : reason;
        }
        return atBeginning(reason);
    }

    @Override
    public boolean isEmpty() throws IOException {
        return isMissing(current) && isMissing(temporary) && isMissing(previous);
    }

    private boolean isMissing(Path file) throws IOException {
        return read(file) instanceof Found.None;
    }

    private static Restored atBeginning(@Nullable Reason reason) {
        return new Restored(Position.START, null, new Recovery(Recovery.From.BEGINNING, 0, reason));
    }

    private static Restored from(Recovery.From from, Checkpoint checkpoint, @Nullable Reason reason) {
        Position position = checkpoint.position();
        return new Restored(position, checkpoint.inputTimes(), new Recovery(from, position.nextItem(), reason));
    }

    private Reason setAside(Path damagedFile, Found.Damaged damaged) throws IOException {
        int number = 1;
        Path aside = sibling(current, "damaged-" + number);
        while (disk.exists(aside)) {
            aside = sibling(current, "damaged-" + ++number);
        }
        disk.move(damagedFile, aside);
        String message = "Checkpoint " + damagedFile.getFileName() + " is damaged: " + damaged.message()
                + ". Its bytes are kept as " + aside.getFileName()
                + " and the job continued from an earlier position. Results stay exact. Check the disk.";
        log.warn("Job {}: {}", job, message);
        return new Reason(ErrorCode.CHECKPOINT_DAMAGED, message);
    }

    @Override
    public Found read() throws IOException {
        Found found = read(current);
        // A commit under way may be between its two renames; then the temporary file is the checkpoint.
        if (found instanceof Found.None && read(temporary) instanceof Found.Whole whole) {
            return whole;
        }
        return found instanceof Found.None ? read(current) : found;
    }

    /** Reads the previous checkpoint without changing anything. */
    Found previous() throws IOException {
        return read(previous);
    }

    @Override
    public Optional<Checkpoint> newest() throws IOException {
        Found found = read();
        if (!(found instanceof Found.Whole)) {
            found = previous();
        }
        return found instanceof Found.Whole whole ? Optional.of(whole.checkpoint()) : Optional.empty();
    }

    private Found read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = disk.read(file);
        } catch (NoSuchFileException e) {
            return new Found.None();
        } catch (NotAFileException e) {
            if (!e.isLink()) {
                throw e;
            }
            return new Found.Damaged("it is " + e.kind() + ", not a regular file");
        }
        try {
            return new Found.Whole(CheckpointCodec.decode(bytes, job), bytes);
        } catch (DamagedFileException e) {
            return new Found.Damaged(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void remove() throws IOException {
        // The checkpoint last: a power cut in between then leaves the newest one, or none.
        disk.delete(temporary);
        disk.delete(previous);
        disk.forceDirectory(directory);
        disk.delete(current);
        disk.forceDirectory(directory);
    }

    @Override
    public void discard() throws IOException {
        disk.delete(temporary);
        disk.delete(previous);
        disk.delete(current);
    }

    /** Inserts a word into the name: {@code checkpoint.json} becomes {@code checkpoint.previous.json}. */
    private static Path sibling(Path checkpoint, String word) {
        String name = checkpoint.getFileName().toString();
        String stem = name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) : name;
        return checkpoint.resolveSibling(stem + "." + word + ".json");
    }
}
