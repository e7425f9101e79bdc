package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/**
 * The processor of a job: enough to build it anywhere. Only its kind interprets the options.
 *
 * @param type the name of the kind, as in {@code {"type":"text-stats"}}
 * @param options a JSON object with every option of the kind
 */
public record ProcessorSpec(String type, String options) {
    public ProcessorSpec {
        requireNonNull(type);
        requireNonNull(options);
    }

    /** Creates the spec of a kind without options. */
    public static ProcessorSpec of(String type) {
        return new ProcessorSpec(type, "{}");
    }
}
