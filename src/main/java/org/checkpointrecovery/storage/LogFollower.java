package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@link JobLog} of a service that may be running, and changes nothing. A record is what the log has last of it, or
 * else what the job's directory has. Not thread-safe.
 */
final class LogFollower {
    private final Disk disk;
    private final Path directory;
    private final Path root;
    /** The last content of each file that the log has, by job. */
    private final Map<JobId, Map<String, byte[]>> jobs = new LinkedHashMap<>();

    private final Set<JobId> deleted = new LinkedHashSet<>();
    /** Bytes read of each segment. */
    private final Map<Long, Long> read = new HashMap<>();

    private int restarts;

    /**
     * @param directory of the segments; need not exist
     * @param root parent of the jobs' directories
     */
    LogFollower(Disk disk, Path directory, Path root) {
        this.disk = disk;
        this.directory = directory;
        this.root = root;
    }

    /**
     * Reads what was appended since the last time.
     *
     * @throws DamagedFileException if a segment has another format version
     */
    void refresh() throws IOException {
        while (!readOn()) {
            restart();
        }
    }

    /** The log no longer has what the service has written to the jobs' directories. */
    private void restart() {
        restarts++;
        jobs.clear();
        deleted.clear();
        read.clear();
    }

    /** Returns false if a segment that was read is gone or has become shorter. */
    private boolean readOn() throws IOException {
        Set<Long> numbers = numbers();
        if (!numbers.containsAll(read.keySet())) {
            return false;
        }
        for (long number : numbers) {
            try {
                if (!readOn(number)) {
                    return false;
                }
            } catch (NoSuchFileException e) {
                return false;
            }
        }
        return true;
    }

    private Set<Long> numbers() throws IOException {
        Set<Long> numbers = new TreeSet<>();
        try {
            for (Path path : disk.list(directory)) {
                long number = JobLog.numberOf(path);
                if (number > 0) {
                    numbers.add(number);
                }
            }
        } catch (NoSuchFileException e) {
            // no service has run here, or this is a backup
        }
        return numbers;
    }

    private boolean readOn(long number) throws IOException {
        Path path = directory.resolve(JobLog.nameOf(number));
        long from = read.getOrDefault(number, 0L);
        long size = disk.size(path);
        if (size <= from) {
            return size == from;
        }
        byte[] bytes = bytes(path, from, size);
        int start = from == 0 ? JobLog.startOfEntries(bytes, path) : 0;
        if (start < 0) {
            return true; // it is just being begun
        }
        long end = from + start;
        for (LogEntry entry : LogEntry.decodeAll(bytes, start)) {
            add(entry);
            end += entry.encode().length;
        }
        read.put(number, end);
        return true;
    }

    private byte[] bytes(Path path, long from, long size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (size - from));
        try (SeekableByteChannel channel = disk.openForRead(path)) {
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // until everything is read, or the service has cut it back
            }
        }
        byte[] found = new byte[bytes.position()];
        bytes.flip().get(found);
        return found;
    }

    private void add(LogEntry entry) {
        if (entry.change() == LogEntry.Change.DELETED) {
            deleted.add(entry.job());
            jobs.remove(entry.job());
        } else {
            jobs.computeIfAbsent(entry.job(), id -> new HashMap<>()).putAll(entry.files());
        }
    }

    /** Lists the jobs that exist, oldest first. Anything else in their parent directory is missing. */
    Set<JobId> list() throws IOException {
        Set<JobId> found = new TreeSet<>();
        Set<JobId> gone = new TreeSet<>();
        for (Path path : disk.list(root)) {
            String name = path.getFileName().toString();
            String marked = StagedDirectory.deletedName(path);
            if (marked != null && JobId.isValid(marked)) {
                gone.add(new JobId(marked)); // the log may not have that yet
            } else if (JobId.isValid(name) && disk.isDirectory(path)) {
                found.add(new JobId(name));
            }
        }
        refresh();
        found.addAll(jobs.keySet());
        found.removeAll(deleted);
        found.removeAll(gone);
        return found;
    }

    /** Whether the log says that a job was deleted. */
    boolean isDeleted(JobId id) {
        return deleted.contains(id);
    }

    JobFiles files(JobId id) {
        return new JobFiles(root.resolve(id.value()));
    }

    /** Returns what the log has of a file; null if it has nothing. */
    byte @Nullable [] logged(JobId id, Path file) {
        return jobs.getOrDefault(id, Map.of()).get(file.getFileName().toString());
    }

    /**
     * Reads the record of a job, as it is at this moment.
     *
     * @throws NoSuchFileException if the job is deleted, or never had a record
     */
    byte[] record(JobId id) throws IOException {
        Path file = files(id).job();
        while (true) {
            refresh();
            if (deleted.contains(id)) {
                throw new NoSuchFileException(file.toString());
            }
            byte[] logged = logged(id, file);
            if (logged != null) {
                return logged;
            }
            int before = restarts;
            byte[] bytes = disk.read(file);
            refresh();
            if (restarts == before && logged(id, file) == null && !deleted.contains(id)) {
                return bytes; // nothing newer was in the log, before or after
            }
        }
    }

    /** Returns a disk on which the record and the own input of a job can be read, written or not. */
    Disk disk(JobId id) {
        Path directoryOfJob = files(id).directory();
        return new OverlaidDisk(disk, file -> directoryOfJob.equals(file.getParent()) ? logged(id, file) : null);
    }
}
