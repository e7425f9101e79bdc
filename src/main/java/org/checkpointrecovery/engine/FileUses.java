package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.checkpointrecovery.job.Ended;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** Which jobs read uploads, and how long uploads are kept for them. Thread-safe. */
final class FileUses {
    private final JobRegistry jobs;
    private final Retention retention;

    FileUses(JobRegistry jobs, Retention retention) {
        this.jobs = jobs;
        this.retention = retention;
    }

    /** Finds a job that may still read an upload. */
    Optional<JobEntry> userOf(String fileId) throws IOException {
        return jobs.userOf(fileId);
    }

    /**
     * Returns when files expire, by their ids: some time after they were uploaded, and after the last job that read them ended,
     * because its failed items may be retried. Those that a job may still read, and those that do not expire, are missing.
     * Looks at all jobs in memory.
     */
    Map<String, Instant> expiries(Collection<UploadedFile> files) {
        Duration period = retention.files();
        Map<String, Instant> lastUses = new HashMap<>();
        if (period == null) {
            return lastUses;
        }
        files.forEach(file -> lastUses.put(file.id(), file.createdAt()));
        for (JobSlot slot : jobs.slots()) {
            if (slot.fileId() != null) {
                lastUses.computeIfPresent(slot.fileId(), (file, last) -> lastUse(slot, file, last));
            }
        }
        lastUses.replaceAll((file, last) -> last.plus(period));
        return lastUses;
    }

    private static @Nullable Instant lastUse(JobSlot slot, String file, Instant last) {
        Ended ended = slot.traits().ended();
        if (ended == null || slot.mayRead(file)) {
            return null;
        }
        return ended.at().isAfter(last) ? ended.at() : last;
    }
}
