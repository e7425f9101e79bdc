package org.checkpointrecovery.engine.run;

import org.checkpointrecovery.item.Crc32c;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.sink.ErrorLine;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive items of one batch and their outcomes: the whole batch, or a part of one that is too large for memory.
 * Filled by the reader, then by the processing thread, then read by the committing thread. The {@link SliceQueue} makes
 * each thread see what the previous one wrote. Slices are reused.
 */
public final class Slice {
    private static final int INITIAL_RESULTS_BYTES = 1024;
    private static final int INITIAL_ERRORS_BYTES = 0;
    private static final int KEPT_BYTES = 4 * 1024 * 1024;

    /** The items, if another thread than the reader processes them. */
    public final Items copy = new Items();

    public JsonBytes results = new JsonBytes(INITIAL_RESULTS_BYTES);
    public JsonBytes errors = new JsonBytes(INITIAL_ERRORS_BYTES);
    public int succeeded;
    public int failed;
    /** Total processing time of the items; unknown for concurrent processors. */
    public long processingNanos;
    /** Whether each item was already reported to the listener when it was processed. */
    public boolean reported;
    /** Index of the first failed item, if any. */
    public long firstFailedIndex;

    public @Nullable ItemFailure firstFailure;

    /** The byte position in the input after the last item. */
    public long nextBytes;
    /**
     * CRC-32C of the input from the start of the run to {@link #nextBytes}; {@link Crc32c#NONE} if not computed.
     */
    public long nextCrc = Crc32c.NONE;
    /** Where the results and errors are on disk already; null if they are in {@link #results} and {@link #errors}. */
    public @Nullable Stored stored;

    /**
     * Outcomes of the items in a part.
     *
     * @param part index of the first item of its range
     * @param resultsAt where the results start in its file
     * @param errorsAt where the errors start in its file
     */
    public record Stored(long part, long resultsAt, long resultsBytes, long errorsAt, long errorsBytes) {}

    /** Whether a batch ends with the last item, so that a checkpoint may be written there. */
    public boolean endsBatch;

    /** Whether the input ends with the last item. */
    public boolean endsInput;

    boolean processed; // guarded by the queue
    long countedBytes; // guarded by the queue

    void clear() {
        if (memory() > KEPT_BYTES) {
            results = new JsonBytes(INITIAL_RESULTS_BYTES);
            errors = new JsonBytes(INITIAL_ERRORS_BYTES);
        }
        results.clear();
        errors.clear();
        succeeded = 0;
        failed = 0;
        processingNanos = 0;
        reported = false;
        firstFailure = null;
        nextBytes = 0;
        nextCrc = Crc32c.NONE;
        stored = null;
        endsBatch = false;
        endsInput = false;
        processed = false;
    }

    /** Appends the failure of an item. */
    public void fail(Item item, ItemFailure failure, int attempts) {
        if (firstFailure == null) {
            firstFailure = failure;
            firstFailedIndex = item.index();
        }
        failed++;
        ErrorLine.append(errors, item, failure, attempts);
    }

    /** Returns the memory used by its results and errors, in bytes. */
    long memory() {
        return (long) results.capacity() + errors.capacity();
    }
}
