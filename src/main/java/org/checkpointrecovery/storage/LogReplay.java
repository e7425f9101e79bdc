package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.checkpointrecovery.job.JobId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what the entries of the {@link JobLog} have and a power cut took from the jobs' directories. Forces nothing: the
 * entries stay in the log until their files are forced. May be repeated any number of times.
 */
final class LogReplay {
    private static final Logger log = LoggerFactory.getLogger(LogReplay.class);

    private final Disk disk;
    private final StagedDirectory directories;
    private final Path root;
    private final Map<JobId, LastChange> jobs = new LinkedHashMap<>();

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

    /** Adds an entry, oldest first. */
    void add(LogEntry entry) {
        jobs.computeIfAbsent(entry.job(), id -> new LastChange()).add(entry);
    }

    /** Notes that a job was deleted. Returns whether there are entries of it. */
    boolean addDeleted(String name) {
        LastChange change = JobId.isValid(name) ? jobs.get(new JobId(name)) : null;
        if (change != null) {
            change.deleted = true;
        }
        return change != null;
    }

    /**
     * Deletes the directories of deleted jobs, and finds the files that differ or are missing.
     *
     * @param unwritten where they are added
     */
    void apply(UnwrittenFiles unwritten) throws IOException {
        for (Map.Entry<JobId, LastChange> job : jobs.entrySet()) {
            apply(job.getKey(), job.getValue(), unwritten);
        }
    }

    private void apply(JobId id, LastChange change, UnwrittenFiles unwritten) throws IOException {
        Path directory = root.resolve(id.value());
        if (change.deleted) {
            directories.remove(id.value());
        } else if (disk.isDirectory(directory)) {
            Map<String, byte[]> missing = new HashMap<>();
            for (Map.Entry<String, byte[]> file : change.files.entrySet()) {
                Path path = directory.resolve(file.getKey());
                deleteTemporary(path);
                if (!has(path, file.getValue())) {
                    missing.put(file.getKey(), file.getValue());
                }
            }
            if (!missing.isEmpty()) {
                unwritten.add(id, missing);
            }
        } else if (!disk.exists(directory)) {
            if (change.submitted) {
                unwritten.addFresh(id, change.files);
            } else {
                log.warn("Job {}: its directory is missing; another program deleted it.", id);
            }
        }
    }

    /** Deletes what an interrupted write has left, or what a power cut has brought back of an earlier one. */
    private void deleteTemporary(Path file) throws IOException {
        Path temporary = Replacement.temporaryFor(file);
        if (disk.isFile(temporary)) {
            disk.delete(temporary);
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
