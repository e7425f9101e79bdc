package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of jobs that the {@link JobLog} has and the jobs' directories do not have yet. A file that changes again before
 * it is written is written once. Forces nothing: the entries stay in the log until their files are forced. Thread-safe.
 */
final class UnwrittenFiles {
    private static final Logger log = LoggerFactory.getLogger(UnwrittenFiles.class);
    /** Bytes from which {@link #isFull} asks those who change jobs to write their files themselves. */
    private static final long MAX_BYTES = 32 << 20;

    private static final int LOCKS = 64;

    private final Disk disk;
    private final Path root;
    /** The contents of files by their names, by job. */
    private final Map<JobId, Map<String, byte[]>> jobs = new ConcurrentHashMap<>();

    /** Jobs that have no directory yet. */
    private final Set<JobId> fresh = ConcurrentHashMap.newKeySet();

    private final AtomicLong bytes = new AtomicLong();
    /** One of them guards the directory of a job. */
    private final List<Object> locks = Stream.generate(Object::new).limit(LOCKS).toList();

    /** @param root parent of the jobs' directories */
    UnwrittenFiles(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
    }

    /** Returns what must be held to create or delete the directory of a job. */
    Object lockOf(JobId id) {
        return requireNonNull(locks.get(Math.floorMod(id.hashCode(), LOCKS)));
    }

    /** Adds the files of a job that has no directory yet. */
    void addFresh(JobId id, Map<String, byte[]> files) {
        fresh.add(id);
        add(id, files);
    }

    /** Adds files, or newer contents of files. */
    void add(JobId id, Map<String, byte[]> files) {
        jobs.merge(id, Map.copyOf(files), (before, added) -> {
            Map<String, byte[]> all = new HashMap<>(before);
            all.putAll(added);
            bytes.addAndGet(-sizeOf(before) - sizeOf(added) + sizeOf(all));
            return Map.copyOf(all);
        });
        bytes.addAndGet(sizeOf(files));
    }

    private static long sizeOf(Map<String, byte[]> files) {
        return files.values().stream().mapToLong(content -> content.length).sum();
    }

    boolean isFull() {
        return bytes.get() > MAX_BYTES;
    }

    boolean has(JobId id) {
        return jobs.containsKey(id);
    }

    /** Returns the jobs that have such files, oldest first. */
    Set<JobId> jobs() {
        return new TreeMap<>(jobs).keySet();
    }

    /** Returns the content of a file that is not written yet; null if there is none. */
    byte @Nullable [] content(JobId id, String name) {
        return jobs.getOrDefault(id, Map.of()).get(name);
    }

    /** Drops the files of a job that is deleted. The caller holds {@link #lockOf}. */
    void drop(JobId id) {
        fresh.remove(id);
        Map<String, byte[]> dropped = jobs.remove(id);
        bytes.addAndGet(dropped == null ? 0 : -sizeOf(dropped));
    }

    /**
     * Writes the files of a job, and creates its directory if it has none yet.
     *
     * @return whether it had none
     */
    boolean write(JobId id) throws IOException {
        return write(id, null);
    }

    /**
     * Does the same, but leaves one file for later.
     *
     * @param later the name of that file; null to write all
     */
    boolean write(JobId id, @Nullable String later) throws IOException {
        if (!has(id)) {
            return false;
        }
        synchronized (lockOf(id)) {
            Map<String, byte[]> files = jobs.getOrDefault(id, Map.of());
            Path directory = root.resolve(id.value());
            boolean isFresh = fresh.contains(id);
            if (isFresh) {
                disk.createDirectory(directory);
            }
            if (disk.isDirectory(directory)) {
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    if (!file.getKey().equals(later)) {
                        write(directory.resolve(file.getKey()), file.getValue(), isFresh);
                    }
                }
            } else if (!files.isEmpty()) {
                log.warn("Job {}: its directory is missing; another program deleted or replaced it.", id);
            }
            jobs.computeIfPresent(id, (same, now) -> without(now, files, later));
            fresh.remove(id);
            return isFresh;
        }
    }

    private void write(Path file, byte[] content, boolean isFresh) throws IOException {
        if (isFresh) {
            Replacement.writeAtOnce(disk, file, content);
        } else if (!disk.isDirectory(file)) { // else reading the record reports it
            Replacement.writeUnforced(disk, file, content);
        }
    }

    /** Returns the files that have changed since they were written, and the one that was not; null if there is none. */
    private @Nullable Map<String, byte[]> without(
            Map<String, byte[]> now, Map<String, byte[]> written, @Nullable String later) {
        Map<String, byte[]> left = new HashMap<>(now);
        left.entrySet().removeIf(file -> !file.getKey().equals(later) && written.get(file.getKey()) == file.getValue());
        bytes.addAndGet(sizeOf(left) - sizeOf(now));
        return left.isEmpty() ? null : Map.copyOf(left);
    }
}
