package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of what changes in the directories of jobs. Requests that change jobs at the same time share one force of the
 * log, and need not force the jobs' own files: a start reads the log first and repeats what a power cut took from them.
 *
 * <p>The log is a sequence of files, the segments. Appends go to the newest one. {@link #settle} forces the files that
 * the older ones describe, and then deletes these segments, oldest first. Thread-safe.
 */
final class JobLog {
    /** Size from which the log continues in another segment. */
    static final long SEGMENT_BYTES = 8 << 20;

    private static final Logger log = LoggerFactory.getLogger(JobLog.class);
    private static final String SUFFIX = ".log";
    private static final byte[] BEGINNING = "checkpoint-recovery log 1\n".getBytes(StandardCharsets.US_ASCII);

    private final Disk disk;
    private final Path directory;
    private final long segmentBytes;
    private final SharedForce force = new SharedForce(this::write);
    private final Object settling = new Object();

    private List<Waiting> waiting = new ArrayList<>(); // guarded by this
    private boolean ended; // guarded by this; whether the newest segment is to end, however small
    private long lastNumber; // of a segment; used by the thread that writes
    private final Deque<Segment> older = new ArrayDeque<>(); // guarded by this; oldest first
    private @Nullable Segment newest; // guarded by this; changed by the thread that writes, one at a time
    private @Nullable DiskFile file; // of the newest segment; used by the thread that writes, as below
    private boolean torn; // whether the newest segment may end with something that was not confirmed

    /** An entry on its way into the log. */
    private static final class Waiting {
        private final LogEntry entry;
        private final byte[] bytes;
        private @Nullable Segment confirmed; // guarded by the log, as below; where it is once it is forced
        private @Nullable IOException failure; // why it is not in the log

        Waiting(LogEntry entry) {
            this.entry = entry;
            this.bytes = entry.encode();
        }
    }

    /** An entry in the log. Close it when its files can be written: then the log may be settled. */
    final class Appended {
        private final Segment segment;

        private Appended(Segment segment) {
            this.segment = segment;
        }

        void close() {
            synchronized (JobLog.this) {
                segment.unwritten--;
                JobLog.this.notifyAll();
            }
        }
    }

    /** Forces what a segment describes. */
    interface Settling {
        /** @param jobs the changed jobs, by their last change; a job that was SUBMITTED and then SAVED counts as SUBMITTED */
        void settle(Map<LogEntry.Change, Set<JobId>> jobs) throws IOException;
    }

    /** A file of the log. */
    private static final class Segment {
        private final long number;
        private final Map<LogEntry.Change, Set<JobId>> jobs = new EnumMap<>(LogEntry.Change.class);
        private long confirmed;
        private int unwritten; // guarded by the log; entries that are not closed

        Segment(long number) {
            this.number = number;
            for (LogEntry.Change change : LogEntry.Change.values()) {
                jobs.put(change, new LinkedHashSet<>());
            }
        }

        Set<JobId> of(LogEntry.Change change) {
            return requireNonNull(jobs.get(change));
        }

        boolean has(JobId id) {
            return jobs.values().stream().anyMatch(ids -> ids.contains(id));
        }

        int size() {
            return jobs.values().stream().mapToInt(Set::size).sum();
        }

        void add(LogEntry entry) {
            switch (entry.change()) {
                case SUBMITTED -> of(LogEntry.Change.SUBMITTED).add(entry.job());
                case SAVED -> {
                    if (!of(LogEntry.Change.SUBMITTED).contains(entry.job())) {
                        of(LogEntry.Change.SAVED).add(entry.job());
                    }
                }
                case DELETED -> {
                    of(LogEntry.Change.SUBMITTED).remove(entry.job());
                    of(LogEntry.Change.SAVED).remove(entry.job());
                    of(LogEntry.Change.DELETED).add(entry.job());
                }
            }
        }
    }

    /** @param directory of the segments; its parent must exist */
    JobLog(Disk disk, Path directory, long segmentBytes) {
        this.disk = disk;
        this.directory = directory;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Reads the log and begins a new segment. A killed service may not have forced what is found, so it is forced before
     * anyone relies on it. On a full disk the segment is begun later. Call once, before everything else.
     *
     * @param found receives all entries, oldest first
     * @throws DamagedFileException if a segment has another format version
     */
    void open(Consumer<LogEntry> found) throws IOException {
        for (long number : numbers()) {
            Segment segment = new Segment(number);
            for (LogEntry entry : read(segment)) {
                segment.add(entry);
                found.accept(entry);
            }
            synchronized (this) {
                older.add(segment);
            }
            lastNumber = number;
        }
        try {
            begin();
        } catch (DiskFullException e) {
            log.warn("No room for the log of jobs: {}. The service refuses changes until there is.", e.toString());
        }
    }

    /** Returns the numbers of the segments, ascending. */
    private List<Long> numbers() throws IOException {
        List<Long> numbers = new ArrayList<>();
        List<Path> paths;
        try {
            paths = disk.list(directory);
        } catch (NoSuchFileException e) {
            return numbers;
        }
        for (Path path : paths) {
            long number = numberOf(path);
            if (number > 0) {
                numbers.add(number);
            } else {
                log.warn("{} is not a part of the log. It was left in place. Remove it.", path);
            }
        }
        numbers.sort(null);
        return numbers;
    }

    private List<LogEntry> read(Segment segment) throws IOException {
        Path path = path(segment.number);
        byte[] bytes = disk.read(path);
        int start = startOfEntries(bytes, path);
        if (start < 0) {
            return List.of();
        }
        try (DiskFile open = disk.open(path)) {
            open.force();
        }
        return LogEntry.decodeAll(bytes, start);
    }

    private Path path(long number) {
        return directory.resolve(nameOf(number));
    }

    static String nameOf(long number) {
        return number + SUFFIX;
    }

    /** Returns the number of a segment; 0 if the file is not one. */
    static long numberOf(Path file) {
        String name = file.getFileName().toString();
        return name.matches("[1-9]\\d{0,17}\\.log")
                ? Long.parseLong(name.substring(0, name.length() - SUFFIX.length()))
                : 0;
    }

    /**
     * Returns where the first entry of a segment begins; -1 if a power cut came before its beginning was forced, and so before
     * any entry.
     *
     * @throws DamagedFileException if the segment has another format version
     */
    static int startOfEntries(byte[] segment, Path path) throws DamagedFileException {
        int words = BEGINNING.length - 2;
        if (segment.length < BEGINNING.length || !Arrays.equals(segment, 0, words, BEGINNING, 0, words)) {
            return -1;
        }
        if (segment[words] != BEGINNING[words]) {
            throw new DamagedFileException(
                    path + " was written by another release. Nothing was changed. Start that release"
                            + " and stop it with SIGTERM, which settles the log");
        }
        return BEGINNING.length;
    }

    /**
     * Whether an entry of a segment is unreadable although a later one is readable.
     *
     * @throws DamagedFileException if the segment has another format version
     */
    static boolean hasGap(byte[] segment, Path path) throws DamagedFileException {
        int end = startOfEntries(segment, path);
        if (end < 0) {
            return false;
        }
        for (LogEntry entry : LogEntry.decodeAll(segment, end)) {
            end += entry.encode().length;
        }
        for (int at = end; at < segment.length; at++) {
            if (segment[at] == '\n' && !LogEntry.decodeAll(segment, at + 1).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Begins a segment durably. */
    private Segment begin() throws IOException {
        Segment segment = new Segment(lastNumber + 1);
        if (newest == null) {
            disk.createDirectory(directory);
            disk.forceDirectory(Replacement.directoryOf(directory));
        }
        DiskFile opened = disk.open(path(segment.number));
        try {
            opened.cutBack(0); // an attempt that failed may have left something
            opened.append(BEGINNING, 0, BEGINNING.length);
            opened.force();
            disk.forceDirectory(directory);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        segment.confirmed = BEGINNING.length;
        close();
        file = opened;
        synchronized (this) {
            if (newest != null) {
                older.add(newest);
            }
            newest = segment;
        }
        lastNumber = segment.number;
        return segment;
    }

    synchronized boolean isOpen() {
        return newest != null;
    }

    /** Number of jobs with entries that are not settled. */
    synchronized int jobs() {
        int jobs = newest == null ? 0 : newest.size();
        for (Segment segment : older) {
            jobs += segment.size();
        }
        return jobs;
    }

    /** Whether there is an entry of a job that is not settled. */
    synchronized boolean has(JobId id) {
        return (newest != null && newest.has(id)) || older.stream().anyMatch(segment -> segment.has(id));
    }

    /** Closes the newest segment. Call last. */
    void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                log.warn("Cannot close {}: {}", directory, e.toString()); // all of it was forced
            }
        }
    }

    /**
     * Appends an entry. On return it survives a power cut; after an exception it is not in the log.
     *
     * @return to be closed when the files that the entry describes can be written
     */
    Appended append(LogEntry entry) throws IOException {
        Waiting mine = new Waiting(entry);
        synchronized (this) {
            waiting.add(mine);
        }
        IOException failure = null;
        try {
            force.force();
        } catch (IOException e) {
            failure = e;
        }
        synchronized (this) {
            // another thread may have written it before this one came to force it
            if (mine.confirmed != null) {
                return new Appended(mine.confirmed);
            }
            throw failure != null ? failure : SharedForce.copyOf(requireNonNull(mine.failure));
        }
    }

    /** Does all that waits to be done. Called by one thread at a time. */
    private void write() throws IOException {
        List<Waiting> taken;
        boolean end;
        Segment segment;
        synchronized (this) {
            taken = waiting;
            waiting = new ArrayList<>();
            end = ended;
            ended = false;
            segment = newest;
        }
        try {
            if (!taken.isEmpty()) {
                segment = segment == null ? begin() : segment;
                write(segment, taken);
            }
        } catch (IOException e) {
            synchronized (this) {
                taken.forEach(each -> each.failure = e);
            }
            throw e;
        }
        long endsAt = end ? BEGINNING.length + 1 : segmentBytes;
        if (segment != null && segment.confirmed >= endsAt) {
            try {
                begin();
            } catch (IOException e) {
                log.warn("The log of jobs continues in {}: {}", path(segment.number), e.toString());
            }
        }
    }

    private void write(Segment segment, List<Waiting> taken) throws IOException {
        byte[] all = new byte[taken.stream().mapToInt(each -> each.bytes.length).sum()];
        int at = 0;
        for (Waiting each : taken) {
            System.arraycopy(each.bytes, 0, all, at, each.bytes.length);
            at += each.bytes.length;
        }
        DiskFile open = requireNonNull(file);
        if (torn) {
            mend(segment, open);
        }
        try {
            open.append(all, 0, all.length);
            open.force();
        } catch (IOException e) {
            torn = true;
            try {
                mend(segment, open);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        segment.confirmed += all.length;
        synchronized (this) {
            for (Waiting each : taken) {
                segment.add(each.entry);
                segment.unwritten++;
                each.confirmed = segment;
            }
        }
    }

    /** Removes what was not confirmed, so that the next start does not find it. */
    private void mend(Segment segment, DiskFile open) throws IOException {
        open.cutBack(segment.confirmed);
        open.force();
        torn = false;
    }

    /** Number of segments to settle, not counting the newest one. */
    synchronized int fullSegments() {
        return older.size();
    }

    /** Ends the newest segment, unless it is empty, so that {@link #settle} settles all entries. */
    void endSegment() throws IOException {
        synchronized (this) {
            ended = true;
        }
        force.force();
    }

    /** Waits until the files that a segment describes can be written. Nobody who closes an entry waits for the log. */
    private synchronized void awaitWritten(Segment segment) {
        boolean interrupted = false;
        while (segment.unwritten > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // it takes no long time
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Settles all segments but the newest one.
     *
     * @param by forces the files that a segment describes; called by one thread at a time
     */
    void settle(Settling by) throws IOException {
        synchronized (settling) {
            while (true) {
                Segment oldest;
                synchronized (this) {
                    oldest = older.peek();
                }
                if (oldest == null) {
                    return;
                }
                awaitWritten(oldest);
                by.settle(oldest.jobs);
                disk.delete(path(oldest.number));
                disk.forceDirectory(
                        directory); // before a newer one is deleted: an older entry must not be repeated alone
                synchronized (this) {
                    older.remove();
                }
            }
        }
    }
}
