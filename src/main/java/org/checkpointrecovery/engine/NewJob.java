package org.checkpointrecovery.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.JobSpec;
import org.jspecify.annotations.Nullable;

/**
 * A submission.
 *
 * @param items of an inline input, without line breaks; otherwise empty
 * @param submittedBy the name of the client's token; null if the service needs none
 */
public record NewJob(
        JobSpec spec,
        List<String> items,
        @Nullable IdempotencyKey key,
        @Nullable String submittedBy) {
    public NewJob {
        items = List.copyOf(items);
    }

    /** A submission that needs no token. */
    public NewJob(JobSpec spec, List<String> items, @Nullable IdempotencyKey key) {
        this(spec, items, key, null);
    }

    /** Returns the content of the file that stores the items, one per line. */
    public byte[] lines() {
        return items.isEmpty() ? new byte[0] : (String.join("\n", items) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the submission as that of the client of a token. */
    public NewJob by(@Nullable String client) {
        return new NewJob(spec, items, key, client);
    }
}
