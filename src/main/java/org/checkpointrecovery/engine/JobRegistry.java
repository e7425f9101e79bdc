package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.JobStore;
import org.jspecify.annotations.Nullable;

/** All jobs of the service. Reads see the last change that is on disk. Thread-safe. */
public final class JobRegistry {
    private final ConcurrentNavigableMap<JobId, JobEntry> entries = new ConcurrentSkipListMap<>();
    private final Map<Status, LongAdder> counts = new EnumMap<>(Status.class);
    private final IdempotencyKeys keys = new IdempotencyKeys();
    private final JobStore jobs;
    private final JobWatchers watchers;
    private final Callbacks callbacks;

    JobRegistry(JobStore jobs, JobWatchers watchers, Callbacks callbacks) {
        this.jobs = jobs;
        this.watchers = watchers;
        this.callbacks = callbacks;
        for (Status status : Status.values()) {
            counts.put(status, new LongAdder());
        }
        watchers.add(new JobWatcher() {
            @Override
            public void changed(@Nullable Status before, JobView now) {
                count(before, now);
            }
        });
    }

    /** Adds a new job, which is on disk. */
    JobEntry admit(Job job) {
        JobEntry entry = new JobEntry(jobs, watchers, job, Position.START, null);
        entry.callBack(callbacks);
        entries.put(job.id(), entry);
        watchers.changed(null, entry.view());
        return entry;
    }

    /** Adds a job found at the start. Its callbacks begin with {@link #callBack}. */
    void found(JobEntry entry) {
        Job job = entry.job();
        entries.put(job.id(), entry);
        watchers.changed(null, entry.view());
        if (job.idempotencyKey() != null) {
            keys.put(job.idempotencyKey(), job.id());
        }
    }

    /** Reports the ends of jobs found at the start. */
    void callBack() {
        entries.values().forEach(entry -> entry.callBack(callbacks));
    }

    /** Removes a job, and frees its idempotency key. The caller holds the entry. */
    void remove(JobEntry entry) {
        entry.markDeleted();
        if (entries.remove(entry.job().id(), entry)) {
            requireNonNull(counts.get(entry.status())).decrement();
        }
        IdempotencyKey key = entry.job().idempotencyKey();
        if (key != null) {
            keys.release(key);
        }
    }

    IdempotencyKeys keys() {
        return keys;
    }

    int size() {
        return entries.size();
    }

    boolean has(JobId id) {
        return entries.containsKey(id);
    }

    JobEntry entry(JobId id) throws RefusedException {
        JobEntry entry = entries.get(id);
        if (entry == null) {
            throw new Refusal.NoSuchJob(id).exception();
        }
        return entry;
    }

    public JobView view(JobId id) throws RefusedException {
        return entry(id).view();
    }

    /**
     * Lists jobs, newest first.
     *
     * @param status null for all
     * @param before only jobs older than this one; null for all
     */
    public List<JobView> list(@Nullable Status status, @Nullable JobId before, int max) {
        List<JobView> page = new ArrayList<>();
        ConcurrentNavigableMap<JobId, JobEntry> older = before == null ? entries : entries.headMap(before, false);
        for (JobEntry entry : older.descendingMap().values()) {
            if (page.size() == max) {
                break;
            }
            if (status == null || entry.status() == status) {
                page.add(entry.view());
            }
        }
        return page;
    }

    /** Returns the number of jobs in a state. Takes the same time however many jobs there are. */
    public long count(Status status) {
        return requireNonNull(counts.get(status)).sum();
    }

    private void count(@Nullable Status before, JobView now) {
        Status after = now.job().status();
        if (before != after && has(now.job().id())) { // not while the job is recovered, before it is here
            if (before != null) {
                requireNonNull(counts.get(before)).decrement();
            }
            requireNonNull(counts.get(after)).increment();
        }
    }

    /** Finds a job that may still read an upload. */
    Optional<JobEntry> userOf(String fileId) {
        return entries.values().stream()
                .filter(entry -> !entry.status().isFinal())
                .filter(entry -> entry.job().spec() != null
                        && entry.job().spec().input() instanceof InputSpec.Upload upload
                        && upload.fileId().equals(fileId))
                .findFirst();
    }

    /**
     * Returns a job's family in item order: the first job and all retries of its failed items. A child is newer than
     * its parent.
     */
    Collection<JobEntry> family(JobId member) throws RefusedException {
        JobEntry root = entry(member);
        for (JobId parent = root.job().parentId();
                parent != null;
                parent = root.job().parentId()) {
            root = entries.get(parent);
            if (root == null) {
                throw new Refusal.AncestorDeleted(parent, member).exception();
            }
        }
        Map<JobId, JobEntry> family = new TreeMap<>();
        family.put(root.job().id(), root);
        for (JobEntry entry : entries.tailMap(root.job().id(), false).values()) {
            JobId parent = entry.job().parentId();
            if (parent != null && family.containsKey(parent)) {
                family.put(entry.job().id(), entry);
            }
        }
        return family.values();
    }
}
