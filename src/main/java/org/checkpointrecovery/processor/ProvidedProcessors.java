package org.checkpointrecovery.processor;

import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;

/** Builds the processors built into this program and those that the operator provides. */
public final class ProvidedProcessors implements Processors {
    private final List<ProcessorKind<?>> kinds;

    /** @param kinds builders of concurrent processors, one per class of specs */
    public ProvidedProcessors(ProcessorKind<?>... kinds) {
        this.kinds = List.of(kinds);
    }

    @Override
    public InlineProcessor inline(ProcessorSpec spec) {
        if (spec instanceof ProcessorSpec.TextStats) {
            return new TextStats();
        }
        throw new IllegalArgumentException("no inline processor for " + spec.type());
    }

    @Override
    public ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException {
        Optional<ProcessorKind<?>> kind = kindOf(spec);
        if (kind.isEmpty()) {
            throw new UnavailableException("This service does not provide the processor \"" + spec.type() + "\".");
        }
        return build(kind.get(), spec);
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, Format format) {
        if (!Processors.isConcurrent(spec)) {
            return List.of();
        }
        return kindOf(spec)
                .map(kind -> problems(kind, spec, format))
                .orElseGet(() -> List.of(
                        new Problem("type", "is \"" + spec.type() + "\", which this service does not provide")));
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, List<String> fields) {
        return kindOf(spec).map(kind -> problems(kind, spec, fields)).orElse(List.of());
    }

    private static <S extends ProcessorSpec> List<Problem> problems(
            ProcessorKind<S> kind, ProcessorSpec spec, List<String> fields) {
        return kind.problems(kind.specs().cast(spec), fields);
    }

    private Optional<ProcessorKind<?>> kindOf(ProcessorSpec spec) {
        return kinds.stream().filter(kind -> kind.specs().isInstance(spec)).findFirst();
    }

    private static <S extends ProcessorSpec> ConcurrentProcessor build(ProcessorKind<S> kind, ProcessorSpec spec)
            throws UnavailableException {
        return kind.build(kind.specs().cast(spec));
    }

    private static <S extends ProcessorSpec> List<Problem> problems(
            ProcessorKind<S> kind, ProcessorSpec spec, Format format) {
        return kind.problems(kind.specs().cast(spec), format);
    }
}
