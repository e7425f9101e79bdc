package org.checkpointrecovery.processor;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;

/** Builds processors from their specs. Thread-safe. */
public interface Processors {
    /** Returns the kinds, in the order in which they are shown. */
    List<ProcessorDescription> kinds();

    /** Whether {@link #concurrent} builds the processor, rather than {@link #inline}. */
    default boolean isConcurrent(ProcessorSpec spec) {
        return kinds().stream().noneMatch(kind -> kind.type().equals(spec.type()) && !kind.concurrent());
    }

    /**
     * Returns how many items a concurrent processor has in progress at once, at least 1.
     *
     * @throws UnavailableException if the kind is unknown
     */
    int concurrency(ProcessorSpec spec) throws UnavailableException;

    /** @throws UnavailableException if the kind is unknown */
    InlineProcessor inline(ProcessorSpec spec) throws UnavailableException;

    /** @throws UnavailableException if the operator does not provide what the spec names */
    ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException;

    /**
     * Returns the jar that another machine needs to build the processor; empty if it needs none.
     *
     * @throws UnavailableException if the operator does not provide it
     */
    default Optional<URI> jar(ProcessorSpec spec) throws UnavailableException {
        return Optional.empty();
    }

    /** Returns the names that the operator provides for options, by the kind of thing that they name. */
    default Map<String, List<String>> provided() {
        return Map.of();
    }

    /** Returns why a spec cannot be used on this service; empty if it can. */
    List<Problem> problems(ProcessorSpec spec, Format format);

    /**
     * Returns why a spec cannot be used on items that are objects with these fields; empty if it can.
     *
     * @param fields their names, in order
     */
    default List<Problem> problems(ProcessorSpec spec, List<String> fields) {
        return List.of();
    }

    /**
     * @param option the names that lead to the option to blame, from the outside in, such as {@code [headers, X-Key]}
     * @param message the problem, as the rest of a sentence that starts with the option
     */
    record Problem(List<String> option, String message) {
        public Problem {
            option = List.copyOf(option);
        }

        public Problem(String option, String message) {
            this(List.of(option), message);
        }
    }

    /**
     * A processor cannot be built because the service does not provide something that its spec names. The message is
     * shown to the client.
     */
    final class UnavailableException extends Exception {
        public UnavailableException(String message) {
            super(message);
        }
    }
}
