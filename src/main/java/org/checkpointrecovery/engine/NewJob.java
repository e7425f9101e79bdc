package org.checkpointrecovery.engine;

import java.util.List;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.JobSpec;
import org.jspecify.annotations.Nullable;

/**
 * A submission.
 *
 * @param items of an inline input, without line breaks; otherwise empty
 */
public record NewJob(
        JobSpec spec, List<String> items, @Nullable IdempotencyKey key) {
    public NewJob {
        items = List.copyOf(items);
    }
}
