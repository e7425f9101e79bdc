package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/** Where the items of a job come from. */
public sealed interface InputSpec {
    /** Items that came with the submission; the job keeps them in a file of its own. */
    record Inline() implements InputSpec {}

    /** A file that was uploaded before. */
    record Upload(String fileId) implements InputSpec {
        public Upload {
            requireNonNull(fileId);
        }
    }

    /** A file in the service's input directory, or, on the command line, any file. */
    record InputPath(String path) implements InputSpec {
        public InputPath {
            requireNonNull(path);
        }
    }

    /**
     * Copies of the items that failed in another job, with their index there.
     *
     * @param first the job that the items were submitted with; the parent, unless that retries failed items itself
     */
    record FailedItemsOf(JobId parent, JobId first) implements InputSpec {
        public FailedItemsOf {
            requireNonNull(parent);
            requireNonNull(first);
        }
    }
}
