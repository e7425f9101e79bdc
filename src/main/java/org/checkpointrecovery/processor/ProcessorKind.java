package org.checkpointrecovery.processor;

import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;

/**
 * One kind of {@link ConcurrentProcessor}, with what the operator provides for it. Thread-safe.
 *
 * @param <S> the specs that it builds from
 */
public interface ProcessorKind<S extends ProcessorSpec> {
    Class<S> specs();

    /** @throws UnavailableException if the operator does not provide what the spec names */
    ConcurrentProcessor build(S spec) throws UnavailableException;

    /** What keeps a spec from being used on this service; empty if nothing does. */
    List<Problem> problems(S spec, Format format);

    /**
     * What keeps a spec from being used on items that are objects with certain fields; empty if nothing does.
     *
     * @param fields their names, in order
     */
    default List<Problem> problems(S spec, List<String> fields) {
        return List.of();
    }
}
