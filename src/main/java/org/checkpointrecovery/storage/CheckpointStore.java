package org.checkpointrecovery.storage;

import java.io.IOException;
import java.util.Optional;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Recovery;
import org.jspecify.annotations.Nullable;

/** The last committed checkpoint of one job, and the one before it. One writer at a time. */
public interface CheckpointStore {
    /**
     * Replaces the checkpoint. On return it survives a power cut. On an exception the next {@link #restore} finds the old or
     * the new one, whole; the caller must stop and read again.
     *
     * @param checkpoint counts no result beyond the bytes already forced in the sink
     */
    void commit(Checkpoint checkpoint) throws IOException;

    /**
     * Finds where a run has to begin. A checkpoint that cannot be read is set aside with its bytes kept, and the previous one
     * is used; failing that, the beginning. On return nothing is left that a later call could take for a newer checkpoint.
     */
    Restored restore() throws IOException;

    /** What is there, without changing anything. Also while another thread commits. */
    Found read() throws IOException;

    /** The checkpoint that {@link #restore} would go on from, without changing anything. */
    Optional<Checkpoint> newest() throws IOException;

    /** Removes the checkpoint and the one before it; those set aside stay. */
    void remove() throws IOException;

    /** Leaves what a crash in the middle of writing the temporary file leaves. For rehearsals. */
    void leaveTorn(Checkpoint checkpoint) throws IOException;

    /** Makes the checkpoint unreadable. For rehearsals. */
    void leaveCorrupt() throws IOException;

    /**
     * Where a run has to begin, and how that was found.
     *
     * @param inputTimes of the checkpoint; null if it has none
     */
    record Restored(Position position, @Nullable InputTimes inputTimes, Recovery recovery) {}

    /** What a store holds. */
    sealed interface Found {
        /**
         * A checkpoint that can be read.
         *
         * @param bytes the file as it is on disk
         */
        @SuppressWarnings("ArrayRecordComponent") // handed on to be sent, never compared
        record Whole(Checkpoint checkpoint, byte[] bytes) implements Found {}

        /** A checkpoint that cannot be read. */
        record Damaged(String message) implements Found {}

        /** None was ever committed, or it was removed. */
        record None() implements Found {}
    }
}
