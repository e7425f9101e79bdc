package org.checkpointrecovery.rehearsal;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.InlineProcessor;
import org.checkpointrecovery.processor.Processors;

/** Builds processors that rehearse the failures of one run. */
final class RehearsedProcessors implements Processors {
    private final Processors processors;
    private final Rehearsal rehearsal;

    RehearsedProcessors(Processors processors, Rehearsal rehearsal) {
        this.processors = processors;
        this.rehearsal = rehearsal;
    }

    @Override
    public List<ProcessorDescription> kinds() {
        return processors.kinds();
    }

    @Override
    public int concurrency(ProcessorSpec spec) throws UnavailableException {
        return processors.concurrency(spec);
    }

    @Override
    public Optional<URI> jar(ProcessorSpec spec) throws UnavailableException {
        return processors.jar(spec);
    }

    @Override
    public InlineProcessor inline(ProcessorSpec spec) throws UnavailableException {
        return new RehearsedInline(processors.inline(spec), rehearsal);
    }

    @Override
    public ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException {
        return new RehearsedConcurrent(processors.concurrent(spec), rehearsal);
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, Format format) {
        return processors.problems(spec, format);
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, List<String> fields) {
        return processors.problems(spec, fields);
    }
}
