package org.checkpointrecovery.processor;

import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;

/** The processors that this program has itself, and those that its operator provides. */
public final class ProvidedProcessors implements Processors {
    @Override
    public InlineProcessor inline(ProcessorSpec spec) {
        if (spec instanceof ProcessorSpec.TextStats) {
            return new TextStats();
        }
        throw new IllegalArgumentException("no inline processor for " + spec.type());
    }

    @Override
    public ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException {
        throw new UnavailableException("This service has no processor " + spec.type() + ".");
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, Format format) {
        return List.of();
    }
}
