package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Position;

/**
 * Copies a data directory, on which a service may be running, into a directory from which a service can start. Changes nothing
 * in the source. Not thread-safe.
 *
 * <p>Each job is copied as after a power cut: first its record, then its journal, its checkpoint, and the bytes that the
 * checkpoint commits. What is copied later is newer, so results are never shorter than their checkpoint says, and no checkpoint
 * is older than its record. If the record has changed in between, the job is copied again. Records come from the
 * {@link LogFollower}, so the copy needs no log. Uploads never change; those that a job needs are copied before the job counts.
 *
 * <p>The file {@code backup.incomplete} is in the copy until all of it is forced and checked. A service does not start on such a
 * directory.
 */
public final class Backup {
    /** A job changes its state a few times in its life, and cannot do so at each copy. */
    private static final int TRIES = 10;

    private static final int BUFFER_BYTES = 1 << 20;

    private final Disk disk;
    private final DataLayout source;
    private final DataLayout target;
    private final LogFollower log;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** @param target a directory that does not exist or is empty; its parent must exist */
    public Backup(Disk disk, DataLayout source, DataLayout target) {
        this.disk = disk;
        this.source = source;
        this.target = target;
        this.log = new LogFollower(disk, source.log(), source.jobs());
    }

    /**
     * Copies everything, and checks the copy.
     *
     * @param problems receives what the check finds; then the copy stays incomplete
     * @throws IOException if it cannot be copied; then what was copied stays incomplete
     */
    public DataCheck.Summary make(Consumer<String> problems) throws IOException {
        begin();
        copyIfThere(source.callbackKey(), target.callbackKey());
        for (Path upload : disk.list(source.files())) {
            if (!StagedDirectory.isTemporary(upload) && disk.isDirectory(upload)) {
                copyUpload(upload.getFileName().toString());
            }
        }
        for (JobId id : log.list()) {
            copyJob(id);
        }
        disk.forceDirectory(target.files());
        disk.forceDirectory(target.jobs());
        disk.forceDirectory(target.root());
        DataCheck.Summary checked = new DataCheck(disk, target, problem -> {
                    if (!problem.startsWith(target.incompleteBackup().getFileName() + ":")) {
                        problems.accept(problem);
                    }
                })
                .run();
        int found = checked.problems() - 1; // the mark
        if (found == 0) {
            disk.delete(target.incompleteBackup());
            disk.forceDirectory(target.root());
        }
        return new DataCheck.Summary(checked.jobs(), checked.files(), checked.bytes(), found);
    }

    private void begin() throws IOException {
        if (!disk.isDirectory(source.jobs()) || !disk.isDirectory(source.files())) {
            throw new DamagedFileException(
                    source.root() + " is not a data directory: jobs and files are not both in it. Nothing was changed");
        }
        Path root = target.root();
        if (root.startsWith(source.root())) {
            throw new IOException(root + " is inside the data directory. Nothing was changed");
        }
        if (disk.exists(root) && !(disk.isDirectory(root) && disk.list(root).isEmpty())) {
            throw new IOException(root
                    + (disk.exists(target.incompleteBackup())
                            ? " has an incomplete backup. Nothing was changed. Delete it first"
                            : " is not an empty directory. Nothing was changed"));
        }
        if (!disk.exists(root)) {
            disk.createDirectory(root);
            disk.forceDirectory(Replacement.directoryOf(root));
        }
        Replacement.writeForced(disk, target.incompleteBackup(), new byte[0]);
        disk.forceDirectory(root);
        disk.createDirectory(target.files());
        disk.createDirectory(target.jobs());
    }

    /** Copies an upload, unless it is deleted meanwhile. */
    private void copyUpload(String id) throws IOException {
        Path from = source.files().resolve(id);
        Path to = target.files().resolve(id);
        disk.createDirectory(to);
        try {
            copy(FileStore.content(from), FileStore.content(to), Long.MAX_VALUE);
            copy(FileStore.record(from), FileStore.record(to), Long.MAX_VALUE);
        } catch (NoSuchFileException e) {
            if (!disk.isDirectory(from)) {
                disk.deleteTree(to);
                return;
            }
        }
        disk.forceDirectory(to);
    }

    /** Copies a job, unless it is deleted meanwhile. */
    private void copyJob(JobId id) throws IOException {
        JobFiles to = new JobFiles(target.jobs().resolve(id.value()));
        try {
            for (int tries = 1; ; tries++) {
                byte[] record = log.record(id);
                disk.createDirectory(to.directory());
                Replacement.writeForced(disk, to.job(), record);
                copyWhatBelongsTo(id, record, to);
                disk.forceDirectory(to.directory());
                if (Arrays.equals(record, log.record(id)) || tries == TRIES) {
                    return; // after the last try, what was copied is newer than the record, as after a power cut
                }
                disk.deleteTree(to.directory());
            }
        } catch (NoSuchFileException e) {
            disk.deleteTree(to.directory());
            if (!log.isDeleted(id) && disk.isDirectory(log.files(id).directory())) {
                disk.createDirectory(to.directory()); // it has no record, which the check reports
            }
        }
    }

    private void copyWhatBelongsTo(JobId id, byte[] record, JobFiles to) throws IOException {
        JobFiles from = log.files(id);
        Job job;
        try {
            job = JobCodec.decode(record, id);
        } catch (DamagedFileException e) {
            return; // the check reports it
        }
        Position committed;
        if (job.state() instanceof JobState.Completed completed) {
            committed = completed.end();
        } else {
            copyJournal(from, to);
            committed = copyCheckpoint(id, from, to);
            if (job.validSpec().input() instanceof InputSpec.Upload upload
                    && disk.isDirectory(source.files().resolve(upload.fileId()))
                    && !disk.isDirectory(target.files().resolve(upload.fileId()))) {
                copyUpload(upload.fileId()); // uploaded since the others were copied
            }
        }
        for (Output output : Output.values()) {
            copyCommitted(from, to, output, output.bytes(committed));
        }
        byte[] logged = log.logged(id, from.ownInput());
        if (logged != null) {
            Replacement.writeForced(disk, to.ownInput(), logged);
        } else {
            copyIfThere(from.ownInput(), to.ownInput());
        }
        copyIfThere(from.ownIndexes(), to.ownIndexes());
    }

    /** Copies the journal before the checkpoint, which then absorbs at most too much of it. */
    private void copyJournal(JobFiles from, JobFiles to) throws IOException {
        if (!disk.isDirectory(from.directory())) {
            return;
        }
        for (Path file : disk.list(from.directory())) {
            if (from.journal().numberOf(file) > 0) {
                copyIfThere(file, to.directory().resolve(file.getFileName()));
            }
        }
    }

    private Position copyCheckpoint(JobId id, JobFiles from, JobFiles to) throws IOException {
        FileCheckpointStore store = new FileCheckpointStore(disk, id, from.checkpoint());
        CheckpointStore.Found newest = store.read();
        if (newest instanceof CheckpointStore.Found.Whole whole) {
            Replacement.writeForced(disk, to.checkpoint(), whole.bytes());
            return whole.checkpoint().position();
        }
        if (newest instanceof CheckpointStore.Found.Damaged) {
            copyIfThere(from.checkpoint(), to.checkpoint());
        }
        if (store.previous() instanceof CheckpointStore.Found.Whole whole) {
            Replacement.writeForced(disk, FileCheckpointStore.previousOf(to.checkpoint()), whole.bytes());
            return whole.checkpoint().position();
        }
        return Position.START;
    }

    /** Copies the committed bytes, of all parts too, into one file. If some are missing, the check reports it. */
    private void copyCommitted(JobFiles from, JobFiles to, Output output, long length) throws IOException {
        if (length == 0) {
            return;
        }
        try (SeekableByteChannel channel = new CommittedBytes(disk, from, output, length).open()) {
            if (channel != null) {
                copy(channel, output.in(to), length);
            } else {
                copyIfThere(output.in(from), output.in(to));
            }
        } catch (DamagedFileException e) {
            // a part lacks some
        }
    }

    private void copyIfThere(Path from, Path to) throws IOException {
        try {
            copy(from, to, Long.MAX_VALUE);
        } catch (NoSuchFileException e) {
            // there is none
        }
    }

    /** Copies and forces the first bytes of a file, which may grow meanwhile. */
    private void copy(Path from, Path to, long most) throws IOException {
        try (SeekableByteChannel channel = disk.openForRead(from)) {
            copy(channel, to, most);
        }
    }

    private void copy(SeekableByteChannel channel, Path to, long most) throws IOException {
        try (DiskFile file = disk.open(to)) {
            long left = Math.min(most, channel.size());
            while (left > 0) {
                int count = channel.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(left, buffer.length)));
                if (count < 0) {
                    break; // it was cut back
                }
                file.append(buffer, 0, count);
                left -= count;
            }
            file.force();
        }
    }
}
