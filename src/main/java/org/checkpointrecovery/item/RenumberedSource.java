package org.checkpointrecovery.item;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/**
 * Copied items that keep their original index. The indexes are in a separate file, eight bytes each, most significant
 * byte first, in the order of the items.
 */
public final class RenumberedSource implements ItemSource {
    private final ItemSource copies;
    private final SeekableByteChannel indexes;
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    /**
     * @param copies the items; closed together with this source
     * @param indexes their indexes; closed together with this source
     * @param firstItem number of items before the first that {@code copies} will read
     */
    public RenumberedSource(ItemSource copies, SeekableByteChannel indexes, long firstItem) throws IOException {
        this.copies = copies;
        this.indexes = indexes;
        indexes.position(Math.multiplyExact(firstItem, Long.BYTES));
    }

    @Override
    public Items read(int max) throws IOException {
        Items items = copies.read(max);
        int bytes = items.count() * Long.BYTES;
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocate(bytes);
        }
        buffer.clear().limit(bytes);
        while (buffer.hasRemaining()) {
            if (indexes.read(buffer) < 0) {
                throw new InputTruncatedException(indexes.size(), indexes.size() + buffer.remaining());
            }
        }
        buffer.flip();
        for (int i = 0; i < items.count(); i++) {
            items.index(i, buffer.getLong());
        }
        return items;
    }

    @Override
    public void close() throws IOException {
        try (copies;
                indexes) {
            // closes both, even if one throws
        }
    }
}
