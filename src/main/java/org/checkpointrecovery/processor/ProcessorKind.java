package org.checkpointrecovery.processor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.processor.Processors.Problem;

/**
 * A kind of processor: what it is called, which options it has, and how it is built, with the operator's settings. Thread-safe.
 *
 * @param <O> its options, a record with the names of the description; Jackson creates it
 */
public sealed interface ProcessorKind<O> permits InlineKind, ConcurrentKind {
    ProcessorDescription description();

    Class<O> options();

    /** Returns the options if there is nothing to choose: then they are known without Jackson. */
    default Optional<O> onlyOptions() {
        return Optional.empty();
    }

    /** Returns the names that the operator provides for options, by the kind of thing that they name. */
    default Map<String, List<String>> provided() {
        return Map.of();
    }

    /** Returns why these options cannot be used on this service; empty if they can. */
    default List<Problem> problems(O options, Format format) {
        return List.of();
    }

    /**
     * Returns why these options cannot be used on items that are objects with these fields; empty if they can.
     *
     * @param fields their names, in order
     */
    default List<Problem> problems(O options, List<String> fields) {
        return List.of();
    }
}
