package org.checkpointrecovery.storage;

import java.nio.file.Path;
import org.checkpointrecovery.job.Position;

/** What became of the items of a job: lines that clients read. */
public enum Output {
    RESULTS {
        @Override
        public Path in(JobFiles files) {
            return files.results();
        }

        @Override
        Path in(PartFiles part) {
            return part.results();
        }

        @Override
        public long bytes(Position committed) {
            return committed.resultsBytes();
        }

        @Override
        IndexedPart.Bytes in(IndexedPart part) {
            return part.results();
        }
    },
    ERRORS {
        @Override
        public Path in(JobFiles files) {
            return files.errors();
        }

        @Override
        Path in(PartFiles part) {
            return part.errors();
        }

        @Override
        public long bytes(Position committed) {
            return committed.errorsBytes();
        }

        @Override
        IndexedPart.Bytes in(IndexedPart part) {
            return part.errors();
        }
    };

    /** Returns the file that has all of them, unless parts have them. */
    public abstract Path in(JobFiles files);

    abstract Path in(PartFiles part);

    public abstract long bytes(Position committed);

    abstract IndexedPart.Bytes in(IndexedPart part);

    /** Returns the file of a part that is in the index. */
    Path in(JobFiles files, IndexedPart part) {
        return part.isOwn() ? in(files) : in(files.part(part.part()));
    }
}
