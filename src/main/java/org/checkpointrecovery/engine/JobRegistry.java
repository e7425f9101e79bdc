package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Instant;
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
import org.checkpointrecovery.job.Retention;
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

    /** Lists jobs. Looks at all jobs in memory, and reads the records of those on the page only. */
    public JobPage list(JobQuery query, int pageSize) throws IOException {
        Collection<JobSlot> all = switch (query.order()) {
            case NEWEST_FIRST -> newestFirst(query, pageSize + 1);
            case OLDEST_FIRST -> oldestFirst(query, pageSize + 1);
            case BY_NAME -> byName(query, pageSize + 1);
        };
        List<JobSlot> found = List.copyOf(all);
        boolean more = found.size() > pageSize;
        List<JobSlot> shown = more ? found.subList(0, pageSize) : found;
        JobQuery.Key last = more ? query.order().keyOf(shown.get(pageSize - 1)) : null;
        List<JobView> views = new ArrayList<>();
        for (JobSlot slot : shown) {
            JobEntry entry = entry(slot);
            if (entry != null && query.filter().matches(slot)) { // else it was deleted or changed since it was found
                views.add(entry.view());
            }
        }
        return new JobPage(views, last);
    }

    private Collection<JobSlot> newestFirst(JobQuery query, int max) {
        JobQuery.Key after = query.after();
        List<JobSlot> found = new ArrayList<>();
        for (JobSlot slot : (after == null ? slots : slots.tailMap(after.id(), false)).values()) {
            if (query.filter().matches(slot)) {
                found.add(slot);
                if (found.size() == max) {
                    break;
                }
            }
        }
        return found;
    }

    /** Passes over all newer slots, because the other direction would take a search for each of them. */
    private Collection<JobSlot> oldestFirst(JobQuery query, int max) {
        JobQuery.Key after = query.after();
        Deque<JobSlot> found = new ArrayDeque<>();
        for (JobSlot slot : (after == null ? slots : slots.headMap(after.id(), false)).values()) {
            if (query.filter().matches(slot)) {
                found.addFirst(slot);
                if (found.size() > max) {
                    found.removeLast();
                }
            }
        }
        return found;
    }

    private Collection<JobSlot> byName(JobQuery query, int max) {
        JobQuery.Key after = query.after();
        TreeMap<JobQuery.Key, JobSlot> found = new TreeMap<>();
        JobQuery.Key largest = null; // of those found, once there are enough
        for (JobSlot slot : slots.values()) {
            JobQuery.Key key = query.order().keyOf(slot);
            if ((largest == null || key.compareTo(largest) < 0)
                    && (after == null || key.compareTo(after) > 0)
                    && query.filter().matches(slot)) {
                found.put(key, slot);
                if (found.size() > max) {
                    found.pollLastEntry();
                }
                largest = found.size() < max ? null : found.lastKey();
            }
        }
        return found.values();
    }

    /** Lists the newest jobs. */
    public List<JobView> newest(int max) throws IOException {
        return list(JobQuery.ALL, max).jobs();
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

    /** Returns the number of jobs in each state. */
    public Map<Status, Long> counts() {
        Map<Status, Long> all = new EnumMap<>(Status.class);
        for (Status status : Status.values()) {
            all.put(status, Math.max(0, count(status))); // a change may be half counted
        }
        return all;
    }

    private void count(@Nullable Status before, JobView now) {
        JobSlot slot = slots.get(now.job().id());
        if (slot == null) { // while the job is recovered, before it is here
            return;
        }
        Status after = now.job().status();
        slot.changed(now.job());
        if (before == after) {
            return;
        }
        if (before != null) {
            add(before, -1);
        }
        add(after, 1);
    }

    private void add(Status status, int jobsMore) {
        requireNonNull(counts.get(status)).add(jobsMore);
    }

    /** Lists the jobs that have expired, oldest first. Reads no record. */
    List<JobId> expired(Retention retention, Instant now) {
        List<JobId> ids = new ArrayList<>();
        for (JobSlot slot : slots()) {
            if (retention.hasExpired(slot.traits().ended(), now)) {
                ids.add(slot.id());
            }
        }
        return ids;
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
