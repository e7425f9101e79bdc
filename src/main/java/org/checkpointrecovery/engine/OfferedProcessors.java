package org.checkpointrecovery.engine;

import java.util.List;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.Processors;

/** The processors that specs may name. Thread-safe. */
public final class OfferedProcessors {
    private final Processors processors;

    public OfferedProcessors(Processors processors) {
        this.processors = processors;
    }

    /** Returns the kinds; the first one is the default. */
    public List<ProcessorDescription> kinds() {
        return processors.kinds();
    }

    /** Returns why a processor cannot be used; empty if it can. */
    public List<Refusal.BadProcessor> problems(ProcessorSpec processor, Format format) {
        return processors.problems(processor, format).stream()
                .map(Refusal.BadProcessor::of)
                .toList();
    }
}
