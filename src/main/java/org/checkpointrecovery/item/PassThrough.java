package org.checkpointrecovery.item;

import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/** Lines of text: the processor takes them as they are, and says itself what must be UTF-8. */
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
