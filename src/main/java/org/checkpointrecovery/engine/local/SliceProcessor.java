package org.checkpointrecovery.engine.local;

import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.ItemDecoder;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.InlineProcessor;

/** Turns the items of a slice into results and errors. Each processing thread has its own. */
final class SliceProcessor {
    private final ItemDecoder decoder;
    private final InlineProcessor processor;
    private final byte[] before;
    private final byte[] after;
    private final boolean stopAtFailure;

    SliceProcessor(ItemDecoder decoder, InlineProcessor processor, RunSettings settings) {
        this.decoder = decoder;
        this.processor = processor;
        this.before = settings.resultsFormat().before();
        this.after = settings.resultsFormat().after();
        this.stopAtFailure = settings.allowsNoFailures();
    }

    /**
     * Processes the items in order. Stops early if {@code interrupted}, or after a failed item if that ends the job.
     */
    void process(Items items, Slice slice, BooleanSupplier interrupted) {
        long began = System.nanoTime();
        int next = 0;
        while (next < items.count() && !interrupted.getAsBoolean() && !(stopAtFailure && slice.failed > 0)) {
            process(items.get(next), slice);
            next++;
        }
        slice.processingNanos += System.nanoTime() - began;
    }

    private void process(Item item, Slice slice) {
        int mark = slice.results.length();
        slice.results.raw(before);
        ItemFailure failure = decoder.decode(item);
        int attempts = 0; // an item that cannot be decoded never reaches the processor
        if (failure == null) {
            failure = processor.process(decoder.decoded(), slice.results);
            attempts = 1;
        }
        if (failure == null) {
            slice.results.raw(after);
            slice.succeeded++;
            return;
        }
        slice.results.cutBack(mark);
        slice.fail(item, failure, attempts);
    }
}
