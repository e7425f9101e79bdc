package org.checkpointrecovery.processor;

import org.checkpointrecovery.job.ProcessorSpec;

/** Builds processors from their specs. */
public final class ItemProcessors {
    private ItemProcessors() {}

    public static ItemProcessor of(ProcessorSpec spec) {
        if (spec instanceof ProcessorSpec.TextStats) {
            return new TextStats();
        }
        throw new IllegalArgumentException("no processor for " + spec.type());
    }
}
