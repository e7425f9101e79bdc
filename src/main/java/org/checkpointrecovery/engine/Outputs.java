package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
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
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.Output;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the committed results and errors of jobs. If a file lost committed bytes, throws a {@link DamagedFileException}
 * before returning any of it, and shows a notice on the job. Thread-safe; changes no file.
 */
public final class Outputs {
    private static final Logger log = LoggerFactory.getLogger(Outputs.class);

    private static final String RESTORE =
            "Nothing was changed. Restore the file from a backup, or submit the job again.";

    private final Disk disk;
    private final JobStore jobs;
    private final JobRegistry registry;

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
        return open(registry.entry(id), Output.RESULTS);
    }

    public Committed errors(JobId id) throws RefusedException, IOException {
        return open(registry.entry(id), Output.ERRORS);
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
            try (Committed whole = open(member, Output.RESULTS)) {
                if (whole.bytes() > 0) {
                    parts.add(new MergedResults.Part(
                            id,
                            committed(member, Output.RESULTS, whole.bytes())::openExisting,
                            whole.startOf(items.from()),
                            whole.startOf(items.end())));
                }
            }
        }
        try {
            return new MergedResults(parts);
        } catch (NoSuchFileException e) {
            for (JobEntry member : members) {
                refuseIfDeleted(member);
            }
            throw e;
        }
    }

    /** Throws if the errors file of a job is damaged. */
    void checkErrors(JobEntry entry) throws RefusedException, IOException {
        open(entry, Output.ERRORS).close();
    }

    private Committed open(JobEntry entry, Output output) throws RefusedException, IOException {
        while (true) {
            JobView view = entry.view();
            long bytes = output.bytes(view.committed());
            boolean settled = view.job().status() == Status.COMPLETED;
            if (bytes == 0) {
                return new Committed(view, null, 0, settled);
            }
            SeekableByteChannel whole = committed(entry, output, bytes).open();
            if (whole != null) {
                forgetDamage(entry);
                return new Committed(view, shownWhenDamaged(entry, whole), bytes, settled);
            }
            refuseIfDeleted(entry);
            if (output.bytes(entry.committed()) >= bytes) {
                throw damaged(entry);
            }
            // The job started over after damage and truncated its files: check again.
        }
    }

    private CommittedBytes committed(JobEntry entry, Output output, long bytes) {
        return new CommittedBytes(disk, jobs.files(entry.job().id()), output, bytes);
    }

    /** Shows a notice on the job if a part turns out to be damaged while it is read. */
    private static SeekableByteChannel shownWhenDamaged(JobEntry entry, SeekableByteChannel channel) {
        return new ForwardingDisk.ForwardingChannel(channel) {
            @Override
            public int read(ByteBuffer into) throws IOException {
                try {
                    return super.read(into);
                } catch (DamagedFileException e) {
                    show(entry, "The results or errors are damaged: " + e.getMessage() + " " + RESTORE);
                    throw e;
                }
            }
        };
    }

    private static void refuseIfDeleted(JobEntry entry) throws RefusedException {
        if (entry.isDeleted()) {
            throw new Refusal.NoSuchJob(entry.job().id()).exception();
        }
    }

    private DamagedFileException damaged(JobEntry entry) throws IOException {
        String damage = describe(entry, CommittedBytes::problem);
        show(entry, damage);
        return new DamagedFileException(damage);
    }

    /** Checks the files of a job found at the start, and shows a notice on the job if they lack committed bytes. */
    void check(JobEntry entry) {
        try {
            String damage = describe(entry, CommittedBytes::problemAtEnd); // all parts would take too long
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
        if (shown && describe(entry, CommittedBytes::problem).isEmpty()) {
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

    private interface Check {
        @Nullable
        String problem(CommittedBytes committed) throws IOException;
    }

    /** Describes what is damaged and what is intact; empty if nothing is damaged. */
    private String describe(JobEntry entry, Check check) throws IOException {
        Position committed = entry.committed();
        List<String> damaged = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        for (Output output : Output.values()) {
            String name = output.in(jobs.files(entry.job().id())).getFileName().toString();
            long bytes = output.bytes(committed);
            String problem = bytes == 0 ? null : check.problem(committed(entry, output, bytes));
            if (problem == null) {
                whole.add(name + " is intact.");
            } else {
                damaged.add(name + " is damaged: " + bytes + " bytes are committed, but " + problem);
            }
        }
        if (damaged.isEmpty()) {
            return "";
        }
        return String.join(" ", damaged) + " " + (whole.isEmpty() ? "" : String.join(" ", whole) + " ") + RESTORE;
    }
}
