package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/** The items of a job: the bytes they are in, and how the bytes are split. */
public record ItemsSpec(InputSpec input, Format format) {
    public ItemsSpec {
        requireNonNull(input);
        requireNonNull(format);
    }
}
