package org.checkpointrecovery.storage;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;

/** The records of all jobs in a store, oldest first. */
public final class StoredJobs {
    private StoredJobs() {}

    public static List<Job> of(JobStore store, Instant now) throws IOException {
        List<Job> jobs = new ArrayList<>();
        for (JobId id : store.list()) {
            if (store.isJob(id)) {
                jobs.add(store.load(id, now));
            }
        }
        return jobs;
    }
}
