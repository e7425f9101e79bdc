package org.checkpointrecovery.engine;

import java.io.IOException;
import java.lang.ref.WeakReference;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Traits;
import org.checkpointrecovery.storage.SettledJob;
import org.jspecify.annotations.Nullable;

/**
 * The place of one job in the registry: the few things that lists and searches need, and the job's entry. The entry of a
 * settled job is dropped when nobody uses it and loaded from its record when somebody asks. There is never more than one entry
 * of a job, because its monitor guards the job. Lock order: the entry, then the slot.
 */
final class JobSlot {
    private final JobId id;
    private final @Nullable JobId parentId;
    private final @Nullable String fileId;
    private final long keyDigest;
    private volatile Traits traits; // written as the state
    private volatile Status status; // written under the entry, or before the slot is visible
    private @Nullable JobEntry held; // guarded by this; null while the job is at rest
    private @Nullable WeakReference<JobEntry> resting; // guarded by this
    private long stamp; // guarded by this; 0 if unknown
    private boolean removed; // guarded by this

    /** Loads the entry of a settled job. */
    interface Loader {
        JobEntry load(JobSlot slot) throws IOException;
    }

    /** Looks at the files of a settled job. */
    interface Look {
        /** Returns the stamp of the files; 0 if the next start must look at the job itself. */
        long stamp(JobSlot slot) throws IOException;
    }

    /** A job with an entry, which is held. */
    JobSlot(JobEntry entry) {
        Job job = entry.job();
        this.id = job.id();
        this.parentId = job.parentId();
        this.traits = Traits.of(job);
        this.status = job.status();
        this.fileId = fileOf(job);
        this.keyDigest = IdempotencyKeys.digest(job.idempotencyKey());
        this.held = entry;
    }

    /** A settled job. */
    JobSlot(SettledJob job) {
        this.id = job.id();
        this.parentId = job.parentId();
        this.fileId = job.fileId();
        this.traits = job.traits();
        this.keyDigest = job.keyDigest();
        this.status = job.status();
        this.stamp = job.stamp();
    }

    private static @Nullable String fileOf(Job job) {
        return job.spec() != null && job.spec().input() instanceof InputSpec.Upload upload ? upload.fileId() : null;
    }

    JobId id() {
        return id;
    }

    @Nullable
    JobId parentId() {
        return parentId;
    }

    long keyDigest() {
        return keyDigest;
    }

    Status status() {
        return status;
    }

    Traits traits() {
        return traits;
    }

    /** Returns the upload that the job reads, or has read; null if there is none. */
    @Nullable
    String fileId() {
        return fileId;
    }

    /** Whether the job may still read an upload. */
    boolean mayRead(String upload) {
        return upload.equals(fileId) && !status.isFinal();
    }

    /** Notes that the record may have changed. */
    void changed(Job now) {
        status = now.status();
        Traits found = Traits.of(now);
        traits = found.equals(traits) ? traits : found;
        forgetStamp();
    }

    private synchronized void forgetStamp() {
        stamp = 0;
    }

    /** Returns the entry, loading it if need be; null if the job is deleted. */
    synchronized @Nullable JobEntry entry(Loader loader) throws IOException {
        if (removed) {
            return null;
        }
        JobEntry entry = entry();
        if (entry == null) {
            entry = loader.load(this);
            keep(entry, entry.isAtRest());
        }
        return entry;
    }

    /** Returns the entry if it is in memory. */
    synchronized @Nullable JobEntry entry() {
        if (held != null) {
            return held;
        }
        return resting == null ? null : resting.get();
    }

    synchronized void keep(JobEntry entry, boolean atRest) {
        if (!atRest) {
            held = entry;
            resting = null;
        } else if (held != null || resting == null || resting.get() != entry) {
            held = null;
            resting = new WeakReference<>(entry);
        }
    }

    synchronized boolean isAtRest() {
        return held == null;
    }

    synchronized void remove() {
        removed = true;
    }

    /** Describes the job for the index; null if the next start must look at the job itself. */
    @Nullable
    SettledJob settled(Look look) throws IOException {
        JobEntry entry = entry();
        if (entry == null) {
            return settledNow(look);
        }
        synchronized (entry) {
            return settledNow(look);
        }
    }

    /** Without the entry's monitor the entry must not be in memory, so that nobody can change the job. */
    private synchronized @Nullable SettledJob settledNow(Look look) throws IOException {
        if (removed || held != null) {
            return null;
        }
        JobEntry entry = entry();
        if (entry != null && !Thread.holdsLock(entry)) {
            return null; // loaded just now
        }
        if (stamp == 0) {
            stamp = look.stamp(this);
        }
        boolean indexed = stamp != 0 && (fileId == null || JobId.isValid(fileId));
        return indexed ? new SettledJob(id, status, parentId, fileId, traits, keyDigest, stamp) : null;
    }
}
