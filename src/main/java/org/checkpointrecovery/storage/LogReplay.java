package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.checkpointrecovery.job.JobId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats the entries of the {@link JobLog} whose effect a power cut took from the jobs' directories. Forces nothing: the
 * entries stay in the log until their files are forced. May be repeated any number of times.
 */
final class LogReplay {
    private static final Logger log = LoggerFactory.getLogger(LogReplay.class);

    private final Disk disk;
    private final StagedDirectory directories;
    private final Path root;

    /** @param root parent of the jobs' directories */
    LogReplay(Disk disk, StagedDirectory directories, Path root) {
        this.disk = disk;
        this.directories = directories;
        this.root = root;
    }

    /** The last content of each file of a job. */
    private static final class LastChange {
        private boolean submitted;
        private boolean deleted;
        private final Map<String, byte[]> files = new HashMap<>();

        void add(LogEntry entry) {
            submitted |= entry.change() == LogEntry.Change.SUBMITTED;
            deleted |= entry.change() == LogEntry.Change.DELETED;
            files.putAll(entry.files());
        }
    }

    /**
     * What a replay did.
     *
     * @param created jobs whose directories have new names
     * @param unwritten files that a full disk has no room for, by job
     */
    record Done(Set<JobId> created, Map<JobId, Map<String, byte[]>> unwritten) {}

    /** Applies entries, oldest first. */
    Done apply(List<LogEntry> entries) throws IOException {
        Map<JobId, LastChange> jobs = new LinkedHashMap<>();
        for (LogEntry entry : entries) {
            jobs.computeIfAbsent(entry.job(), id -> new LastChange()).add(entry);
        }
        Done done = new Done(new TreeSet<>(), new HashMap<>());
        for (Map.Entry<JobId, LastChange> job : jobs.entrySet()) {
            try {
                if (apply(job.getKey(), job.getValue())) {
                    done.created.add(job.getKey());
                }
            } catch (DiskFullException e) {
                log.warn("Job {}: no room for what the log of jobs has: {}", job.getKey(), e.toString());
                done.unwritten.put(job.getKey(), job.getValue().files);
            }
        }
        return done;
    }

    private boolean apply(JobId id, LastChange change) throws IOException {
        Path directory = root.resolve(id.value());
        if (change.deleted) {
            if (disk.isDirectory(directory)) {
                directories.delete(id.value(), () -> {}); // in the log already
            }
            return false;
        }
        if (!change.submitted && !disk.exists(directory)) {
            log.warn("Job {}: its directory is missing; another program deleted it.", id);
            return false;
        }
        return restore(id, change.files);
    }

    /** Writes the files of a job that differ. Returns whether its directory was missing. */
    boolean restore(JobId id, Map<String, byte[]> files) throws IOException {
        Path directory = root.resolve(id.value());
        if (disk.exists(directory)) {
            if (disk.isDirectory(directory)) {
                restore(directory, files);
            }
            return false;
        }
        Path staged = directories.begin(id.value());
        restore(staged, files);
        directories.publishUnforced(staged, id.value());
        return true;
    }

    private void restore(Path directory, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            if (!has(path, file.getValue())) {
                Replacement.writeUnforced(disk, path, file.getValue());
            }
        }
    }

    /** Whether a file has this content, or is none that a job may replace. */
    private boolean has(Path file, byte[] content) throws IOException {
        try {
            return Arrays.equals(disk.read(file), content);
        } catch (NoSuchFileException e) {
            return false;
        } catch (NotAFileException e) {
            return true; // reading the record reports it
        }
    }
}
