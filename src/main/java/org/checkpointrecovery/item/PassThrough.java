package org.checkpointrecovery.item;

import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/** Passes lines of text on unchanged. The processor itself requires UTF-8 if it needs it. */
final class PassThrough implements ItemDecoder {
    private Item item = new Item(new byte[0], 0, 0, 0, false);

    @Override
    public @Nullable ItemFailure decode(Item raw) {
        item = raw;
        return null;
    }

    @Override
    public Item decoded() {
        return item;
    }
}
