package org.checkpointrecovery.job;

/** Which processor a job uses, and its options: enough to build it anywhere. */
public sealed interface ProcessorSpec {
    /** The name of the kind, as in {@code {"type":"text-stats"}}. */
    String type();

    /** Length, number of words and upper case of a line. */
    record TextStats() implements ProcessorSpec {
        public static final String TYPE = "text-stats";

        @Override
        public String type() {
            return TYPE;
        }
    }
}
