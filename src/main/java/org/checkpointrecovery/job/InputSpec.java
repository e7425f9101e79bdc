package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/** The source of a job's items. */
public sealed interface InputSpec {
    /** Items in the submission; the job stores them in its own file. */
    record Inline() implements InputSpec {}

    /**
     * An uploaded file.
     *
     * @param decoding unless it is none, the job stores the decoded text in its own file
     */
    record Upload(String fileId, Decoding decoding) implements InputSpec {
        public Upload {
            requireNonNull(fileId);
            requireNonNull(decoding);
        }

        /** Creates an upload that needs no decoding. */
        public Upload(String fileId) {
            this(fileId, Decoding.NONE);
        }
    }

    /**
     * A file in the service's input directory, or any file on the command line.
     *
     * @param decoding unless it is none, the job stores the decoded text in its own file
     */
    record InputPath(String path, Decoding decoding) implements InputSpec {
        public InputPath {
            requireNonNull(path);
            requireNonNull(decoding);
        }

        /** Creates a file that needs no decoding. */
        public InputPath(String path) {
            this(path, Decoding.NONE);
        }
    }

    /**
     * Copies of another job's failed items, with their original index.
     *
     * @param first the job that the items were submitted with: the parent, unless that is a retry itself
     */
    record FailedItemsOf(JobId parent, JobId first) implements InputSpec {
        public FailedItemsOf {
            requireNonNull(parent);
            requireNonNull(first);
        }
    }

    /** Returns how to decode the file; none if there is no such file. */
    default Decoding decoding() {
        return Decoding.NONE;
    }

    /** Returns this input with another decoding. */
    default InputSpec decodedBy(Decoding other) {
        if (this instanceof Upload upload) {
            return new Upload(upload.fileId, other);
        }
        return this instanceof InputPath path ? new InputPath(path.path, other) : this;
    }
}
