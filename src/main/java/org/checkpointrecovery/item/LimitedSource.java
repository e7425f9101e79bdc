package org.checkpointrecovery.item;

import java.io.IOException;

/** The first items of another source. */
public final class LimitedSource implements ItemSource {
    private final ItemSource source;
    private final Items none = new Items();
    private long left;

    /**
     * @param source closed together with this one
     * @param items maximum number of items
     */
    public LimitedSource(ItemSource source, long items) {
        this.source = source;
        this.left = items;
    }

    @Override
    public Items read(int max) throws IOException {
        if (left == 0) {
            return none;
        }
        Items items = source.read((int) Math.min(max, left));
        left -= items.count();
        return items;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
