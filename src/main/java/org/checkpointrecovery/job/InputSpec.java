package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/** Where the items of a job come from. */
public sealed interface InputSpec {
    /** Items that came with the submission; the job keeps them in a file of its own. */
    record Inline() implements InputSpec {}

    /**
     * A file that was uploaded before.
     *
     * @param decoding unless it is none, the job keeps the decoded text in a file of its own
     */
    record Upload(String fileId, Decoding decoding) implements InputSpec {
        public Upload {
            requireNonNull(fileId);
            requireNonNull(decoding);
        }

        /** An upload that is used as it is. */
        public Upload(String fileId) {
            this(fileId, Decoding.NONE);
        }
    }

    /**
     * A file in the service's input directory, or, on the command line, any file.
     *
     * @param decoding unless it is none, the job keeps the decoded text in a file of its own
     */
    record InputPath(String path, Decoding decoding) implements InputSpec {
        public InputPath {
            requireNonNull(path);
            requireNonNull(decoding);
        }

        /** A file that is used as it is. */
        public InputPath(String path) {
            this(path, Decoding.NONE);
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

    /** How the bytes of the file become text; none where there is no such file. */
    default Decoding decoding() {
        return Decoding.NONE;
    }

    /** The same input, decoded in another way. */
    default InputSpec decodedBy(Decoding other) {
        if (this instanceof Upload upload) {
            return new Upload(upload.fileId, other);
        }
        return this instanceof InputPath path ? new InputPath(path.path, other) : this;
    }
}
