package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;

/** The records of all jobs in a store, oldest first. */
public final class StoredJobs {
    private StoredJobs() {}

    public static List<Job> of(JobStore store, Instant now) throws IOException {
        List<Job> jobs = new ArrayList<>();
        for (JobId id : store.list()) {
            if (store.isJob(id)) {
                jobs.add(store.load(id, now));
            }
        }
        return jobs;
    }

    /**
     * Returns what a start of the service would find now, and changes nothing: the jobs' files with what the log has.
     *
     * @param data directory of a service that may be running
     * @return the jobs by their ids
     */
    public static Map<JobId, Job> onDisk(Path data) throws IOException {
        return onDisk(new LocalDisk(), data);
    }

    /** The same on any disk. */
    public static Map<JobId, Job> onDisk(Disk disk, Path data) throws IOException {
        Map<JobId, byte[]> fromLog = new HashMap<>();
        Set<JobId> deleted = new HashSet<>();
        for (LogEntry entry : log(disk, data.resolve("log"))) { // first: what it has may be in the files afterwards
            if (entry.change() == LogEntry.Change.DELETED) {
                deleted.add(entry.job());
            } else {
                fromLog.put(entry.job(), requireNonNull(entry.files().get("job.json")));
            }
        }
        Map<JobId, byte[]> records = new TreeMap<>();
        for (Path directory : disk.list(data.resolve("jobs"))) {
            if (JobId.isValid(directory.getFileName().toString())) {
                try {
                    records.put(
                            new JobId(directory.getFileName().toString()), disk.read(new JobFiles(directory).job()));
                } catch (NoSuchFileException e) {
                    // the log has it, or it was just deleted
                }
            }
        }
        records.putAll(fromLog);
        records.keySet().removeAll(deleted);
        Map<JobId, Job> jobs = new TreeMap<>();
        for (Map.Entry<JobId, byte[]> record : records.entrySet()) {
            jobs.put(record.getKey(), decode(record.getKey(), record.getValue()));
        }
        return jobs;
    }

    private static Job decode(JobId id, byte[] record) throws IOException {
        try {
            return JobCodec.decode(record, id);
        } catch (DamagedFileException e) {
            return Job.damaged(id, String.valueOf(e.getMessage()), Instant.EPOCH);
        }
    }

    private static List<LogEntry> log(Disk disk, Path directory) throws IOException {
        List<Path> segments = new ArrayList<>(disk.exists(directory) ? disk.list(directory) : List.of());
        segments.sort(Comparator.comparing(
                segment -> Integer.valueOf(segment.getFileName().toString().replace(".log", ""))));
        List<LogEntry> entries = new ArrayList<>();
        for (Path segment : segments) {
            try {
                byte[] bytes = disk.read(segment);
                int start = new String(bytes, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
                entries.addAll(LogEntry.decodeAll(bytes, start));
            } catch (NoSuchFileException e) {
                // just settled, so that the files have it
            }
        }
        return entries;
    }
}
