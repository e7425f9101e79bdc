package org.checkpointrecovery.engine.local;

import org.checkpointrecovery.engine.run.RunControl;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.InlineProcessor;
import org.jspecify.annotations.Nullable;

/** Delays each item and fails the items named in the spec, to rehearse failures. */
final class FaultyProcessor implements InlineProcessor {
    private final InlineProcessor processor;
    private final Faults faults;
    private final RunControl control;

    FaultyProcessor(InlineProcessor processor, Faults faults, RunControl control) {
        this.processor = processor;
        this.faults = faults;
        this.control = control;
    }

    @Override
    public @Nullable ItemFailure process(Item item, JsonBytes result) {
        if (!faults.itemDelay().isZero()) {
            control.await(faults.itemDelay());
        }
        if (faults.failItems().contains(item.index())) {
            return injected(item.index());
        }
        return processor.process(item, result);
    }

    static ItemFailure injected(long index) {
        return new ItemFailure(ItemErrorCode.FAULT_INJECTED, "The spec's faults.failItems names item " + index + ".");
    }
}
