package org.checkpointrecovery.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Position;
import org.jspecify.annotations.Nullable;

/**
 * Checks everything in a data directory that has a checksum or a known length, and changes nothing. A service may be running
 * on it: a problem counts only if it stays. Not thread-safe.
 */
public final class DataCheck {
    private static final String RESTORE = "Restore the file from a backup, or ";
    /** How often a problem must be seen: what a running service is just changing looks damaged at most once. */
    private static final int LOOKS = 3;

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Disk disk;
    private final DataLayout data;
    private final LogFollower log;
    private final Consumer<String> report;
    private int problems;
    private int jobs;
    private int files;
    private long bytes;

    /**
     * What was checked.
     *
     * @param bytes of uploads, results, errors and own inputs
     */
    public record Summary(int jobs, int files, long bytes, int problems) {}

    /** A look at a part of the data. */
    private interface Look {
        /** Returns the problems, a line for each. */
        List<String> problems() throws IOException;
    }

    /** @param report receives each problem: the file, what is wrong with it, and what to do */
    public DataCheck(Disk disk, DataLayout data, Consumer<String> report) {
        this.disk = disk;
        this.data = data;
        this.log = new LogFollower(disk, data.log(), data.jobs());
        this.report = report;
    }

    /** Checks all of it. */
    public Summary run() throws IOException {
        if (!disk.isDirectory(data.jobs()) || !disk.isDirectory(data.files())) {
            throw new DamagedFileException(
                    data.root() + " is not a data directory: jobs and files are not both in it. Nothing was changed");
        }
        check(this::ofTheWhole);
        check(this::ofTheLog);
        check(this::ofTheIndex);
        for (Path upload : disk.list(data.files())) {
            if (!StagedDirectory.isTemporary(upload)) {
                check(() -> ofUpload(upload));
                files++;
            }
        }
        check(this::ofStrangers);
        for (JobId id : log.list()) {
            check(() -> ofJob(id));
            jobs++;
        }
        return new Summary(jobs, files, bytes, problems);
    }

    private void check(Look look) {
        List<String> lasting = new ArrayList<>(problems(look));
        for (int looks = 1; looks < LOOKS && !lasting.isEmpty(); looks++) {
            LockSupport.parkNanos(PAUSE.toNanos());
            lasting.retainAll(problems(look));
        }
        lasting.forEach(report);
        problems += lasting.size();
    }

    private List<String> problems(Look look) {
        try {
            return look.problems();
        } catch (IOException e) {
            return List.of("It cannot be read: " + e + ". Check the disk and the permissions.");
        }
    }

    private String problem(Path file, String what) {
        return data.root().relativize(file) + ": " + what;
    }

    private List<String> ofTheWhole() throws IOException {
        List<String> found = new ArrayList<>();
        if (disk.exists(data.incompleteBackup())) {
            found.add(
                    problem(data.incompleteBackup(), "this backup is incomplete. Delete it, and make another backup."));
        }
        try {
            new KeyFile(disk, data.callbackKey()).check();
        } catch (DamagedFileException e) {
            found.add(problem(data.callbackKey(), e.getMessage() + "."));
        }
        return found;
    }

    private List<String> ofTheLog() throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> segments;
        try {
            segments = disk.list(data.log());
        } catch (NoSuchFileException e) {
            return found;
        }
        for (Path segment : segments) {
            if (JobLog.numberOf(segment) == 0) {
                found.add(problem(segment, "it is not a part of the log. Remove it."));
                continue;
            }
            try {
                if (JobLog.hasGap(disk.read(segment), segment)) {
                    found.add(problem(
                            segment,
                            "an entry is damaged, and a start ignores it and those after it. " + RESTORE
                                    + "check the newest jobs after the start."));
                }
            } catch (NoSuchFileException e) {
                // settled meanwhile
            } catch (DamagedFileException e) {
                found.add(problem(segment, e.getMessage() + "."));
            }
        }
        return found;
    }

    private List<String> ofTheIndex() throws IOException {
        JobIndex index = new JobIndex(disk, data.index());
        long damaged = index.damagedLines();
        return damaged == 0
                ? List.of()
                : List.of(problem(
                        data.index(),
                        "damaged lines: " + damaged + ". Delete the file; the next start writes it again."));
    }

    private List<String> ofStrangers() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path path : disk.list(data.jobs())) {
            boolean isJob = JobId.isValid(path.getFileName().toString()) && disk.isDirectory(path);
            if (!isJob && !StagedDirectory.isTemporary(path) && disk.exists(path)) {
                found.add(problem(path, "it is not the directory of a job, and the service ignores it. Remove it."));
            }
        }
        return found;
    }

    private List<String> ofUpload(Path directory) throws IOException {
        List<String> found = new ArrayList<>();
        if (!disk.isDirectory(directory)) {
            if (disk.exists(directory)) {
                found.add(problem(directory, "it is not a directory, and the service ignores it. Remove it."));
            }
            return found;
        }
        Path record = FileStore.record(directory);
        Path content = FileStore.content(directory);
        try {
            UploadedFile file = FileStore.read(disk, directory);
            String wrong = wrong(file, content);
            if (wrong != null) {
                found.add(problem(content, wrong + " " + RESTORE + "upload it again."));
            }
        } catch (NoSuchFileException e) {
            if (disk.isDirectory(directory)) {
                found.add(problem(
                        Path.of(String.valueOf(e.getFile())), "it is missing. " + RESTORE + "upload it again."));
            }
        } catch (DamagedFileException e) {
            found.add(problem(record, "it is damaged: " + e.getMessage() + ". " + RESTORE + "upload it again."));
        }
        return found;
    }

    /** Returns what is wrong with the bytes of an upload; null if nothing is. */
    private @Nullable String wrong(UploadedFile file, Path content) throws IOException {
        long size = disk.size(content);
        if (size != file.bytes()) {
            return "it has " + size + " bytes instead of " + file.bytes() + ".";
        }
        bytes += size;
        try (SeekableByteChannel channel = disk.openForRead(content);
                InputStream stream = Channels.newInputStream(channel)) {
            String digest = HexFormat.of().formatHex(FileStore.sha256(stream));
            return digest.equals(file.sha256())
                    ? null
                    : "its SHA-256 is " + digest + " instead of " + file.sha256() + ".";
        }
    }

    private List<String> ofJob(JobId id) throws IOException {
        List<String> found = new ArrayList<>();
        JobFiles of = log.files(id);
        Job job;
        try {
            job = JobCodec.decode(log.record(id), id);
        } catch (NoSuchFileException e) {
            if (disk.isDirectory(of.directory())) {
                found.add(problem(of.job(), "it is missing. " + RESTORE + "delete the job."));
            }
            return found;
        } catch (DamagedFileException e) {
            found.add(problem(of.job(), "it is damaged: " + e.getMessage() + ". " + RESTORE + "delete the job."));
            return found;
        }
        Position committed =
                job.state() instanceof JobState.Completed completed ? completed.end() : checkpoint(id, of, found);
        for (Output output : Output.values()) {
            committed(of, output, output.bytes(committed), found);
        }
        input(job, of, found);
        return found;
    }

    /** Returns the newest checkpoint's position. */
    private Position checkpoint(JobId id, JobFiles of, List<String> found) throws IOException {
        FileCheckpointStore store = new FileCheckpointStore(disk, id, of.checkpoint());
        CheckpointStore.Found newest = store.read();
        if (newest instanceof CheckpointStore.Found.Damaged damaged) {
            found.add(problem(
                    of.checkpoint(),
                    "it is damaged: " + damaged.message()
                            + ". Resume the job: it continues from the previous checkpoint, or from the beginning."));
        }
        CheckpointStore.Found before = store.previous();
        if (before instanceof CheckpointStore.Found.Damaged damaged) {
            found.add(problem(
                    FileCheckpointStore.previousOf(of.checkpoint()),
                    "it is damaged: " + damaged.message() + ". The next commit replaces it."));
        }
        for (CheckpointStore.Found each : List.of(newest, before)) {
            if (each instanceof CheckpointStore.Found.Whole whole) {
                return whole.checkpoint().position();
            }
        }
        return Position.START;
    }

    private void committed(JobFiles of, Output output, long length, List<String> found) throws IOException {
        if (length == 0) {
            return;
        }
        String problem = new CommittedBytes(disk, of, output, length).problem();
        if (problem == null) {
            bytes += length;
        } else {
            found.add(problem(
                    output.in(of),
                    length + " bytes are committed, but " + problem + " " + RESTORE + "submit the job again."));
        }
    }

    private void input(Job job, JobFiles of, List<String> found) throws IOException {
        InputSpec input = job.validSpec().input();
        InputIdentity expected = job.identity();
        boolean isOwn = input instanceof InputSpec.Inline
                || input instanceof InputSpec.FailedItemsOf
                || !input.decoding().isNone();
        if (isOwn && expected != null) {
            try {
                InputIdentity now = InputIdentities.of(log.disk(job.id()), Input.of(of.ownInput(), false));
                if (now.bytes() != expected.bytes() || now.crc32c() != expected.crc32c()) {
                    found.add(problem(
                            of.ownInput(),
                            "it had " + expected + ", now it has " + now + ". " + RESTORE + "submit the job again."));
                }
                bytes += now.bytes();
            } catch (InputGoneException | InputReplacedException e) {
                found.add(problem(of.ownInput(), "it is missing. " + RESTORE + "submit the job again."));
            }
        } else if (input instanceof InputSpec.Upload upload
                && !job.status().isFinal()
                && !disk.isDirectory(data.files().resolve(upload.fileId()))) {
            found.add(problem(
                    data.files().resolve(upload.fileId()),
                    "job " + job.id()
                            + " needs this file, which is missing. Restore it from a backup, or submit the job"
                            + " again."));
        }
    }
}
