package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.CommittedBytes;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JobStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the committed results and errors of jobs. If a file lost committed bytes, throws a {@link DamagedFileException}
 * before returning any of it, and shows a notice on the job. Thread-safe; changes no file.
 */
public final class Outputs {
    private static final Logger log = LoggerFactory.getLogger(Outputs.class);

    private final Disk disk;
    private final JobStore jobs;
    private final JobRegistry registry;

    /** The two files of a job that clients read. */
    private enum File {
        RESULTS {
            @Override
            Path in(JobFiles files) {
                return files.results();
            }

            @Override
            long bytes(Position committed) {
                return committed.resultsBytes();
            }
        },
        ERRORS {
            @Override
            Path in(JobFiles files) {
                return files.errors();
            }

            @Override
            long bytes(Position committed) {
                return committed.errorsBytes();
            }
        };

        abstract Path in(JobFiles files);

        abstract long bytes(Position committed);
    }

    /**
     * The committed bytes of a file. Must be closed.
     *
     * @param bytes the number of committed bytes; ignore any more in the file
     * @param settled whether they can never change again
     */
    public record Committed(JobView view, @Nullable SeekableByteChannel channel, long bytes, boolean settled)
            implements Closeable {
        /** Returns where the first line of this or a larger index begins; the end of the lines if there is none. */
        public long startOf(long index) throws IOException {
            if (channel == null || index == Long.MAX_VALUE) {
                return bytes;
            }
            return index == 0 ? 0 : new IndexedLines(channel, bytes).startOf(index);
        }

        @Override
        public void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
        }
    }

    Outputs(Disk disk, JobStore jobs, JobRegistry registry) {
        this.disk = disk;
        this.jobs = jobs;
        this.registry = registry;
    }

    public Committed results(JobId id) throws RefusedException, IOException {
        return open(registry.entry(id), File.RESULTS);
    }

    public Committed errors(JobId id) throws RefusedException, IOException {
        return open(registry.entry(id), File.ERRORS);
    }

    /** Returns the committed results one by one. Must be closed. */
    public MergedResults resultLines(JobId id, Selection items) throws RefusedException, IOException {
        return merged(List.of(registry.entry(id)), items);
    }

    /**
     * Returns the committed results of a job's family: the first job and all retries of its failed items. Must be closed.
     */
    public MergedResults mergedResults(JobId id) throws RefusedException, IOException {
        return merged(registry.family(id), Selection.ALL);
    }

    /** Reads the checkpoint of a job as it is on disk. */
    public CheckpointStore.Found checkpoint(JobId id) throws RefusedException, IOException {
        registry.entry(id);
        return jobs.checkpoints(id).read();
    }

    /** Returns the inline items of a job, as they were sent, or why they cannot be shown. */
    public InlineItems inlineItems(Job job) {
        InlineItems items = OwnInput.readItems(jobs.disk(job.id()), jobs.files(job.id()), job);
        return items.items() == null && !registry.has(job.id())
                ? InlineItems.unavailable("the job was deleted")
                : items;
    }

    private MergedResults merged(Collection<JobEntry> members, Selection items) throws RefusedException, IOException {
        List<MergedResults.Part> parts = new ArrayList<>();
        for (JobEntry member : members) {
            JobId id = member.job().id();
            try (Committed whole = open(member, File.RESULTS)) {
                if (whole.bytes() > 0) {
                    parts.add(new MergedResults.Part(
                            id, jobs.files(id).results(), whole.startOf(items.from()), whole.startOf(items.end())));
                }
            }
        }
        try {
            return new MergedResults(disk, parts);
        } catch (NoSuchFileException e) {
            for (JobEntry member : members) {
                refuseIfDeleted(member);
            }
            throw e;
        }
    }

    /** Throws if the errors file of a job is damaged. */
    void checkErrors(JobEntry entry) throws RefusedException, IOException {
        open(entry, File.ERRORS).close();
    }

    private Committed open(JobEntry entry, File file) throws RefusedException, IOException {
        Path path = file.in(jobs.files(entry.job().id()));
        while (true) {
            JobView view = entry.view();
            long bytes = file.bytes(view.committed());
            boolean settled = view.job().status() == Status.COMPLETED;
            if (bytes == 0) {
                return new Committed(view, null, 0, settled);
            }
            SeekableByteChannel whole = CommittedBytes.open(disk, path, bytes);
            if (whole != null) {
                forgetDamage(entry);
                return new Committed(view, whole, bytes, settled);
            }
            refuseIfDeleted(entry);
            if (file.bytes(entry.committed()) >= bytes) {
                throw damaged(entry);
            }
            // The job started over after damage and truncated its files: check again.
        }
    }

    private static void refuseIfDeleted(JobEntry entry) throws RefusedException {
        if (entry.isDeleted()) {
            throw new Refusal.NoSuchJob(entry.job().id()).exception();
        }
    }

    private DamagedFileException damaged(JobEntry entry) throws IOException {
        String damage = describe(entry);
        show(entry, damage);
        return new DamagedFileException(damage);
    }

    /** Checks the files of a job found at the start, and shows a notice on the job if they lack committed bytes. */
    void check(JobEntry entry) {
        try {
            String damage = describe(entry);
            if (!damage.isEmpty()) {
                show(entry, damage);
            }
        } catch (IOException e) {
            log.warn("Job {}: cannot check its results: {}", entry.job().id(), e.toString());
        }
    }

    /** Clears the notice once the files are intact again, for example because someone restored them. */
    private void forgetDamage(JobEntry entry) throws IOException {
        boolean shown = entry.notice()
                .filter(notice -> notice.code() == ErrorCode.RESULTS_DAMAGED)
                .isPresent();
        if (shown && describe(entry).isEmpty()) {
            log.info(
                    "Job {}: its results and errors are intact again",
                    entry.job().id());
            entry.showNotice(null);
        }
    }

    private static void show(JobEntry entry, String damage) {
        Reason notice = new Reason(ErrorCode.RESULTS_DAMAGED, damage);
        if (!entry.notice().equals(Optional.of(notice))) {
            log.error("Job {}: {}", entry.job().id(), damage);
            entry.showNotice(notice);
        }
    }

    /** Describes which files are damaged and which are intact; empty if none is damaged. */
    private String describe(JobEntry entry) throws IOException {
        Position committed = entry.committed();
        List<String> damaged = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        for (File file : File.values()) {
            Path path = file.in(jobs.files(entry.job().id()));
            long bytes = file.bytes(committed);
            SeekableByteChannel channel = bytes == 0 ? null : CommittedBytes.open(disk, path, bytes);
            if (channel != null) {
                channel.close();
            }
            if (bytes == 0 || channel != null) {
                whole.add(path.getFileName() + " is intact.");
            } else {
                damaged.add(path.getFileName() + " is damaged: " + bytes + " bytes are committed, but "
                        + CommittedBytes.found(disk, path, bytes));
            }
        }
        if (damaged.isEmpty()) {
            return "";
        }
        return String.join(" ", damaged) + " " + (whole.isEmpty() ? "" : String.join(" ", whole) + " ")
                + "Nothing was changed. Restore the file from a backup, or submit the job again.";
    }
}
