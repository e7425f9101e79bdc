package org.checkpointrecovery.engine.run;

import org.checkpointrecovery.engine.CrashOrder;
import org.checkpointrecovery.item.Crc32c;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.sink.ErrorLine;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive items of one batch and what became of them: the whole batch, or a part of one that is too large to be held in
 * memory. Filled by the reader, then by the thread that processes it, then read by the thread that commits; the {@link
 * SliceQueue} between them makes each see what the one before wrote. Used again and again.
 */
public final class Slice {
    private static final int INITIAL_RESULTS_BYTES = 1024;
    private static final int INITIAL_ERRORS_BYTES = 0;
    private static final int KEPT_BYTES = 4 * 1024 * 1024;

    /** The items, where another thread than the reader processes them. */
    public final Items copy = new Items();

    public JsonBytes results = new JsonBytes(INITIAL_RESULTS_BYTES);
    public JsonBytes errors = new JsonBytes(INITIAL_ERRORS_BYTES);
    public int succeeded;
    public int failed;
    /** What the processor took for the items, together; not known where it works on many at once. */
    public long processingNanos;
    /** Whether the listener was told of each of its items when that came back from the processor. */
    public boolean reported;
    /** The first item that failed, if one did. */
    public long firstFailedIndex;

    public @Nullable ItemFailure firstFailure;

    /** The byte position in the input behind the last item. */
    public long nextBytes;
    /**
     * CRC-32C of the input from where the run began up to {@link #nextBytes}; {@link Crc32c#NONE} if it is not computed.
     */
    public long nextCrc = Crc32c.NONE;
    /** Whether a batch ends with the last item, so that a checkpoint may stand there. */
    public boolean endsBatch;
    /** The crash that strikes the batch of this slice, if one does. */
    public @Nullable CrashOrder crash;

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
        endsBatch = false;
        crash = null;
        processed = false;
    }

    /** Takes the failure of an item, behind those that it has. */
    public void fail(Item item, ItemFailure failure, int attempts) {
        if (firstFailure == null) {
            firstFailure = failure;
            firstFailedIndex = item.index();
        }
        failed++;
        ErrorLine.append(errors, item, failure, attempts);
    }

    /** Bytes that its results and errors occupy. */
    long memory() {
        return (long) results.capacity() + errors.capacity();
    }
}
