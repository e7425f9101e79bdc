package org.checkpointrecovery.processor;

import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;

/** Builds processors from their specs. Thread-safe. */
public interface Processors {
    /** Whether {@link #concurrent} builds the processor, and not {@link #inline}. */
    static boolean isConcurrent(ProcessorSpec spec) {
        return !(spec instanceof ProcessorSpec.TextStats);
    }

    InlineProcessor inline(ProcessorSpec spec);

    /** @throws UnavailableException if the operator does not provide what the spec names */
    ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException;

    /** What keeps a spec from being used on this service; empty if nothing does. */
    List<Problem> problems(ProcessorSpec spec, Format format);

    /**
     * What keeps a spec from being used on items that are objects with certain fields; empty if nothing does.
     *
     * @param fields their names, in order
     */
    default List<Problem> problems(ProcessorSpec spec, List<String> fields) {
        return List.of();
    }

    /**
     * @param field a JSON pointer from the processor's spec on, as {@code /url}
     * @param message what is wrong with it, as the rest of a sentence that begins with the field
     */
    record Problem(String field, String message) {}

    /** A processor cannot be built now: what its spec names is not provided. The message is for the client. */
    final class UnavailableException extends Exception {
        public UnavailableException(String message) {
            super(message);
        }
    }
}
