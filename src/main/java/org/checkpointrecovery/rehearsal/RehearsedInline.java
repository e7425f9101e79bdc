package org.checkpointrecovery.rehearsal;

import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.InlineProcessor;
import org.jspecify.annotations.Nullable;

/** Delays each item, fails the items named in the spec, and ends the run at the item of a crash during processing. */
final class RehearsedInline implements InlineProcessor {
    private final InlineProcessor processor;
    private final Rehearsal rehearsal;

    RehearsedInline(InlineProcessor processor, Rehearsal rehearsal) {
        this.processor = processor;
        this.rehearsal = rehearsal;
    }

    @Override
    public @Nullable ItemFailure process(Item item, JsonBytes result) {
        if (!rehearsal.delay().isZero()) {
            rehearsal.await(rehearsal.delay());
        }
        ItemFailure injected = rehearsal.failureOf(item.index());
        ItemFailure failure = injected != null ? injected : processor.process(item, result);
        if (rehearsal.reachesCrash(rehearsal.count(item.index()))) {
            rehearsal.strikeNow();
        }
        return failure;
    }
}
