package org.checkpointrecovery.processor;

import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;

/** Builds processors from their specs. Thread-safe. */
public interface Processors {
    /** Whether {@link #concurrent} builds the processor, rather than {@link #inline}. */
    static boolean isConcurrent(ProcessorSpec spec) {
        return !(spec instanceof ProcessorSpec.TextStats);
    }

    InlineProcessor inline(ProcessorSpec spec);

    /** @throws UnavailableException if the operator does not provide what the spec names */
    ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException;

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
