package org.checkpointrecovery.processor;

import java.net.URI;
import java.util.Optional;
import org.checkpointrecovery.processor.Processors.UnavailableException;

/** A kind that processes many items at once, elsewhere. */
public non-sealed interface ConcurrentKind<O> extends ProcessorKind<O> {
    /** Returns how many items a processor has in progress at once, at least 1. */
    int concurrency(O options);

    /** @throws UnavailableException if the operator does not provide what the options name */
    ConcurrentProcessor build(O options) throws UnavailableException;

    /** Returns the options for one of several tasks of the same job, which share what the job may use as a whole. */
    default O shared(O options, int tasks) {
        return options;
    }

    /**
     * Returns the jar that another machine needs to build the processor; empty if it needs none.
     *
     * @throws UnavailableException if the operator does not provide it
     */
    default Optional<URI> jar(O options) throws UnavailableException {
        return Optional.empty();
    }
}
