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
     * Finds where a run starts. An unreadable checkpoint is set aside with its bytes kept, and the previous one is
     * used; failing that, the run starts at item 0. On return no leftover file can be mistaken for a newer checkpoint.
     */
    Restored restore() throws IOException;

    /** Reads the checkpoint without changing anything. Safe while another thread commits. */
    Found read() throws IOException;

    /** Returns the checkpoint that {@link #restore} would use, without changing anything. */
    Optional<Checkpoint> newest() throws IOException;

    /** Whether there is nothing to restore: no checkpoint, no previous one, and no commit that a crash interrupted. */
    boolean isEmpty() throws IOException;

    /** Deletes the checkpoint and the previous one; those set aside stay. On return they stay deleted after a power cut. */
    void remove() throws IOException;

    /** Does the same for a job that is COMPLETED according to its record. A power cut may bring them back. */
    void discard() throws IOException;

    /**
     * Where a run starts, and how that was determined.
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

        /** No checkpoint was ever committed, or it was deleted. */
        record None() implements Found {}
    }
}
