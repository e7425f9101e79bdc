package org.checkpointrecovery.processor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;

/** Builds the processors of a list of kinds. */
public final class ProvidedProcessors implements Processors {
    /** No option is set. */
    private static final String NONE = "{}";

    private final List<ProcessorKind<?>> kinds;
    private final int tasks;

    /** @param tasks the number of tasks that process the items of a job together, at least 1 */
    public ProvidedProcessors(List<ProcessorKind<?>> kinds, int tasks) {
        this.kinds = List.copyOf(kinds);
        this.tasks = tasks;
    }

    @Override
    public List<ProcessorDescription> kinds() {
        return kinds.stream()
                .<ProcessorDescription>map(ProcessorKind::description)
                .toList();
    }

    @Override
    public Map<String, List<String>> provided() {
        Map<String, List<String>> all = new TreeMap<>();
        kinds.forEach(kind -> all.putAll(kind.provided()));
        return all;
    }

    @Override
    public int concurrency(ProcessorSpec spec) throws UnavailableException {
        return concurrency(knownConcurrent(spec), spec);
    }

    private static <O> int concurrency(ConcurrentKind<O> kind, ProcessorSpec spec) throws UnavailableException {
        return kind.concurrency(options(kind, spec));
    }

    @Override
    public InlineProcessor inline(ProcessorSpec spec) throws UnavailableException {
        if (known(spec) instanceof InlineKind<?> kind) {
            return build(kind, spec);
        }
        throw new IllegalArgumentException("no inline processor for " + spec.type());
    }

    private static <O> InlineProcessor build(InlineKind<O> kind, ProcessorSpec spec) throws UnavailableException {
        return kind.build(options(kind, spec));
    }

    @Override
    public ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException {
        return build(knownConcurrent(spec), spec);
    }

    private <O> ConcurrentProcessor build(ConcurrentKind<O> kind, ProcessorSpec spec) throws UnavailableException {
        return kind.build(kind.shared(options(kind, spec), tasks));
    }

    private ConcurrentKind<?> knownConcurrent(ProcessorSpec spec) throws UnavailableException {
        if (known(spec) instanceof ConcurrentKind<?> kind) {
            return kind;
        }
        throw new IllegalArgumentException("no concurrent processor for " + spec.type());
    }

    @Override
    public Optional<URI> jar(ProcessorSpec spec) throws UnavailableException {
        return known(spec) instanceof ConcurrentKind<?> kind ? jar(kind, spec) : Optional.empty();
    }

    private static <O> Optional<URI> jar(ConcurrentKind<O> kind, ProcessorSpec spec) throws UnavailableException {
        return kind.jar(options(kind, spec));
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, Format format) {
        return problems(spec, new Check() {
            @Override
            public <O> List<Problem> problems(ProcessorKind<O> kind, O options) {
                return kind.problems(options, format);
            }
        });
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, List<String> fields) {
        return problems(spec, new Check() {
            @Override
            public <O> List<Problem> problems(ProcessorKind<O> kind, O options) {
                return kind.problems(options, fields);
            }
        });
    }

    /** A check of any kind. */
    private interface Check {
        <O> List<Problem> problems(ProcessorKind<O> kind, O options);
    }

    private List<Problem> problems(ProcessorSpec spec, Check check) {
        try {
            return problems(known(spec), spec, check);
        } catch (UnavailableException e) {
            return List.of(new Problem("type", "cannot be used: " + e.getMessage()));
        }
    }

    private static <O> List<Problem> problems(ProcessorKind<O> kind, ProcessorSpec spec, Check check)
            throws UnavailableException {
        return check.problems(kind, options(kind, spec));
    }

    private ProcessorKind<?> known(ProcessorSpec spec) throws UnavailableException {
        for (ProcessorKind<?> kind : kinds) {
            if (kind.description().type().equals(spec.type())) {
                return kind;
            }
        }
        throw new UnavailableException("This service does not provide the processor \"" + spec.type() + "\".");
    }

    private static <O> O options(ProcessorKind<O> kind, ProcessorSpec spec) throws UnavailableException {
        Optional<O> only = spec.options().equals(NONE) ? kind.onlyOptions() : Optional.empty();
        if (only.isPresent()) {
            return only.get();
        }
        try {
            return Lazy.MAPPER.readValue(spec.options(), kind.options());
        } catch (JsonProcessingException e) { // another release, with other options, stored them
            throw new UnavailableException("This release of the service cannot read the options of the processor \""
                    + spec.type() + "\": " + e.getOriginalMessage() + ".");
        }
    }

    /** Made when it is first used, which costs more than the rest of a small run. */
    private static final class Lazy {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }
}
