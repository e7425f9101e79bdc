package org.checkpointrecovery.processor;

import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;

/**
 * Builds one kind of {@link ConcurrentProcessor}, with the operator's settings. Thread-safe.
 *
 * @param <S> the class of its specs
 */
public interface ProcessorKind<S extends ProcessorSpec> {
    Class<S> specs();

    /** @throws UnavailableException if the operator does not provide what the spec names */
    ConcurrentProcessor build(S spec) throws UnavailableException;

    /** Returns why a spec cannot be used on this service; empty if it can. */
    List<Problem> problems(S spec, Format format);

    /**
     * Returns why a spec cannot be used on items that are objects with these fields; empty if it can.
     *
     * @param fields their names, in order
     */
    default List<Problem> problems(S spec, List<String> fields) {
        return List.of();
    }
}
