package org.checkpointrecovery.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import org.checkpointrecovery.job.JobId;

/** The settled jobs used last, which stay in memory so that a client that polls them does not cause reads. Thread-safe. */
final class RecentEntries {
    private static final int MOST = 256;

    private final Map<JobId, JobEntry> entries = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<JobId, JobEntry> eldest) {
            return size() > MOST;
        }
    };

    synchronized void use(JobId id, JobEntry entry) {
        entries.put(id, entry);
    }

    synchronized void remove(JobId id) {
        entries.remove(id);
    }
}
