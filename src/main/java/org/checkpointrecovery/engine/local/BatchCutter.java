package org.checkpointrecovery.engine.local;

import java.io.IOException;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;

/** Cuts the items of a source into batches, and those into slices. Used by one thread at a time. */
final class BatchCutter {
    private final ItemSource source;
    private final SliceQueue queue;
    private final int batchSize;
    private final int sliceSize;

    private int itemsInBatch;
    private volatile boolean inputEnded;

    /**
     * @param sliceSize maximum number of items in a slice
     * @param firstItem a multiple of the batch size if the first item starts a batch
     */
    BatchCutter(ItemSource source, SliceQueue queue, int batchSize, int sliceSize, long firstItem) {
        this.source = source;
        this.queue = queue;
        this.batchSize = batchSize;
        this.sliceSize = sliceSize;
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
        if (itemsInBatch == batchSize) {
            endBatch(slice);
        }
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
