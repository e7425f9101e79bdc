package org.checkpointrecovery.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list of jobs. Shorter than requested if jobs were deleted or changed while it was made.
 *
 * @param last the place after which the next page starts; null on the last page
 */
public record JobPage(List<JobView> jobs, JobQuery.@Nullable Key last) {
    public JobPage {
        jobs = List.copyOf(jobs);
    }
}
