package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.SettledJob;
import org.jspecify.annotations.Nullable;

/**
 * All jobs of the service. Reads see the last change that is on disk. Settled jobs are loaded when somebody asks for them: an
 * {@link IOException} means that a record cannot be read now. Thread-safe.
 */
public final class JobRegistry {
    /** Newest first, as lists are: a pass in the opposite order takes a search for each step. */
    private final ConcurrentNavigableMap<JobId, JobSlot> slots = new ConcurrentSkipListMap<>(Comparator.reverseOrder());

    private final Map<Status, LongAdder> counts = new EnumMap<>(Status.class);
    private final IdempotencyKeys keys = new IdempotencyKeys(this::keyOf);
    private final RecentEntries recent = new RecentEntries();
    private final LongAdder settled = new LongAdder();
    private final JobStore jobs;
    private final JobWatchers watchers;
    private final Callbacks callbacks;
    private final Loader loader;
    private final JobEntry.Keeper keeper = this::keep;

    /** Loads settled jobs. */
    interface Loader {
        /** @param expected the state of the job; if the record has another one, it is damaged */
        JobEntry load(JobId id, Status expected) throws IOException;
    }

    JobRegistry(JobStore jobs, JobWatchers watchers, Callbacks callbacks, Loader loader) {
        this.jobs = jobs;
        this.watchers = watchers;
        this.callbacks = callbacks;
        this.loader = loader;
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
        JobEntry entry = new JobEntry(jobs, watchers, job, Position.START, null, null);
        entry.callBack(callbacks);
        synchronized (entry) { // a client that lists it may change it
            slots.put(job.id(), new JobSlot(entry));
            entry.keptBy(keeper);
            watchers.changed(null, entry.view());
        }
        return entry;
    }

    /** Adds a job found at the start. Its callbacks begin with {@link #callBack}. */
    void found(JobEntry entry) {
        Job job = entry.job();
        slots.put(job.id(), new JobSlot(entry));
        if (job.idempotencyKey() != null) {
            keys.put(job.idempotencyKey(), job.id());
        }
        if (entry.keptBy(keeper)) {
            add(entry.status(), 1);
            keep(entry, true);
        } else {
            watchers.changed(null, entry.view());
        }
    }

    /** Adds a settled job found at the start in the index. */
    void found(SettledJob job) {
        slots.put(job.id(), new JobSlot(job));
        add(job.status(), 1);
        if (job.keyDigest() != 0) {
            keys.put(job.keyDigest(), job.id());
        }
    }

    /** Reports the ends of jobs found at the start. */
    void callBack() {
        for (JobSlot slot : slots()) {
            JobEntry entry = slot.isAtRest() ? null : slot.entry();
            if (entry != null) {
                entry.callBack(callbacks);
            }
        }
    }

    /** Removes a job, and frees its idempotency key. The caller holds the entry. */
    void remove(JobEntry entry) {
        JobId id = entry.job().id();
        entry.markDeleted();
        JobSlot slot = slots.remove(id);
        if (slot != null) {
            slot.remove();
            recent.remove(id);
            add(slot.status(), -1);
            keys.release(id, slot.keyDigest(), entry.job().idempotencyKey());
        }
    }

    IdempotencyKeys keys() {
        return keys;
    }

    private @Nullable IdempotencyKey keyOf(JobId id) throws IOException {
        JobSlot slot = slots.get(id);
        JobEntry entry = slot == null ? null : entry(slot);
        return entry == null ? null : entry.job().idempotencyKey();
    }

    int size() {
        return slots.size();
    }

    /** Returns the slots of all jobs, oldest first. */
    Collection<JobSlot> slots() {
        return slots.descendingMap().values();
    }

    /** Returns how often a job has come to rest, or was found there without the index. */
    long settled() {
        return settled.sum();
    }

    boolean has(JobId id) {
        return slots.containsKey(id);
    }

    JobEntry entry(JobId id) throws RefusedException, IOException {
        JobEntry entry = entry(slot(id));
        if (entry == null) {
            throw new Refusal.NoSuchJob(id).exception();
        }
        return entry;
    }

    private JobSlot slot(JobId id) throws RefusedException {
        JobSlot slot = slots.get(id);
        if (slot == null) {
            throw new Refusal.NoSuchJob(id).exception();
        }
        return slot;
    }

    /** Returns the entry of a job; null if it is deleted. */
    private @Nullable JobEntry entry(JobSlot slot) throws IOException {
        JobEntry entry = slot.entry(this::load);
        if (entry != null && slot.isAtRest()) {
            recent.use(slot.id(), entry);
        }
        return entry;
    }

    private JobEntry load(JobSlot slot) throws IOException {
        JobEntry entry = loader.load(slot.id(), slot.status());
        entry.callBack(callbacks);
        entry.keptBy(keeper);
        if (entry.status() != slot.status()) {
            watchers.changed(slot.status(), entry.view());
        }
        return entry;
    }

    private void keep(JobEntry entry, boolean atRest) {
        Job job = entry.job();
        JobSlot slot = slots.get(job.id());
        if (slot == null) {
            return;
        }
        if (atRest && !slot.isAtRest()) {
            settled.increment();
            recent.use(job.id(), entry);
            if (job.idempotencyKey() != null) {
                keys.shorten(job.idempotencyKey(), job.id());
            }
        }
        slot.keep(entry, atRest);
    }

    public JobView view(JobId id) throws RefusedException, IOException {
        return entry(id).view();
    }

    /** Returns the state of a job, without reading its record. */
    public Status status(JobId id) throws RefusedException {
        return slot(id).status();
    }

    /**
     * Lists jobs, newest first.
     *
     * @param status null for all
     * @param before only jobs older than this one; null for all
     */
    public List<JobView> list(@Nullable Status status, @Nullable JobId before, int max) throws IOException {
        List<JobView> page = new ArrayList<>();
        ConcurrentNavigableMap<JobId, JobSlot> older = before == null ? slots : slots.tailMap(before, false);
        for (JobSlot slot : older.values()) {
            if (page.size() == max) {
                break;
            }
            JobEntry entry = status == null || slot.status() == status ? entry(slot) : null;
            if (entry != null && (status == null || entry.status() == status)) {
                page.add(entry.view());
            }
        }
        return page;
    }

    /** Lists the jobs that have not ended, newest first. Reads no record. */
    public List<JobView> unended() {
        List<JobView> views = new ArrayList<>();
        for (JobSlot slot : slots.values()) {
            JobEntry entry = slot.status().isEnd() ? null : slot.entry();
            JobView view = entry == null ? null : entry.view();
            if (view != null && !view.job().status().isEnd()) {
                views.add(view);
            }
        }
        return views;
    }

    /** Returns the number of jobs in a state. Takes the same time however many jobs there are. */
    public long count(Status status) {
        return requireNonNull(counts.get(status)).sum();
    }

    private void count(@Nullable Status before, JobView now) {
        JobSlot slot = slots.get(now.job().id());
        if (slot == null) { // while the job is recovered, before it is here
            return;
        }
        Status after = now.job().status();
        if (before == after) {
            slot.touched();
            return;
        }
        slot.changed(after);
        if (before != null) {
            add(before, -1);
        }
        add(after, 1);
    }

    private void add(Status status, int jobsMore) {
        requireNonNull(counts.get(status)).add(jobsMore);
    }

    /** Finds a job that may still read an upload. */
    Optional<JobEntry> userOf(String fileId) throws IOException {
        for (JobSlot slot : slots.values()) {
            JobEntry entry = slot.mayRead(fileId) ? entry(slot) : null;
            if (entry != null && !entry.status().isFinal()) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    /**
     * Returns a job's family in item order: the first job and all retries of its failed items. A child is newer than
     * its parent.
     */
    Collection<JobEntry> family(JobId member) throws RefusedException, IOException {
        JobSlot root = slot(member);
        for (JobId parent = root.parentId(); parent != null; parent = root.parentId()) {
            root = slots.get(parent);
            if (root == null) {
                throw new Refusal.AncestorDeleted(parent, member).exception();
            }
        }
        Deque<JobSlot> retries = new ArrayDeque<>(); // oldest first
        for (JobSlot slot : slots.headMap(root.id(), false).values()) {
            if (slot.parentId() != null) {
                retries.addFirst(slot);
            }
        }
        Map<JobId, JobEntry> family = new TreeMap<>();
        family.put(root.id(), entry(root.id()));
        for (JobSlot slot : retries) {
            JobEntry entry = family.containsKey(slot.parentId()) ? entry(slot) : null;
            if (entry != null) {
                family.put(slot.id(), entry);
            }
        }
        return family.values();
    }
}
