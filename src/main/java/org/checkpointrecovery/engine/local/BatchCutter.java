package org.checkpointrecovery.engine.local;

import java.io.IOException;
import java.time.Duration;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;

/** Cuts the items of a source into batches, and those into slices. Used by one thread at a time. */
final class BatchCutter {
    private final ItemSource source;
    private final SliceQueue queue;
    private final int batchSize;
    private final long endBytes;

    private int sliceSize;
    private int itemsInBatch;
    private volatile boolean inputEnded;

    /**
     * @param sliceSize maximum number of items in a slice
     * @param endBytes where the input ends; 0 if unknown
     * @param firstItem a multiple of the batch size if the first item starts a batch
     */
    BatchCutter(ItemSource source, SliceQueue queue, int batchSize, int sliceSize, long endBytes, long firstItem) {
        this.source = source;
        this.queue = queue;
        this.batchSize = batchSize;
        this.sliceSize = sliceSize;
        this.endBytes = endBytes;
        this.itemsInBatch = (int) (firstItem % batchSize);
    }

    /** Whether all items were read. */
    boolean inputEnded() {
        return inputEnded;
    }

    /** Whether the next item starts a batch. */
    boolean isBetweenBatches() {
        return itemsInBatch == 0;
    }

    /**
     * Changes the maximum number of items in a slice so that a slice takes about as long as others.
     *
     * @param took what the last slice took
     * @param wanted what a slice should take
     */
    void adapt(Duration took, Duration wanted) {
        if (took.compareTo(wanted) > 0) {
            sliceSize = Math.max(1, sliceSize / 2);
        } else if (took.multipliedBy(2).compareTo(wanted) < 0) {
            sliceSize = Math.min(batchSize, sliceSize * 2);
        }
    }

    /** Reads the items of a slice. They are valid until the next call. */
    Items read(Slice slice) throws IOException {
        queue.readBegins();
        Items items;
        try {
            items = source.read(Math.min(batchSize - itemsInBatch, sliceSize));
        } finally {
            queue.readEnds();
        }
        slice.nextBytes = items.nextBytes();
        slice.nextCrc = items.nextCrc();
        return items;
    }

    /** Adds the items of a slice to the batch. */
    void count(Items items, Slice slice) {
        itemsInBatch += items.count();
        slice.endsInput = endBytes > 0 && slice.nextBytes >= endBytes;
        if (itemsInBatch == batchSize || slice.endsInput) {
            endBatch(slice);
        }
    }

    /** Notes that a slice that ends the input is on its way. */
    void endInput() {
        inputEnded = true;
    }

    /** Ends the last batch if it is incomplete. */
    void endInput(Slice slice) {
        if (itemsInBatch > 0) {
            endBatch(slice);
            queue.put(slice, true);
        }
        inputEnded = true;
    }

    private void endBatch(Slice slice) {
        slice.endsBatch = true;
        itemsInBatch = 0;
    }
}
