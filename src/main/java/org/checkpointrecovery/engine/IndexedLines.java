package org.checkpointrecovery.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.storage.SortedLines;

/** The lines of a results or errors file, which start with the index of their item, in ascending order. */
final class IndexedLines extends SortedLines {
    /** More than the longest start of a line, which has an index of 19 digits. */
    private static final int START_BYTES = 40;

    private final long bytes;

    /** @param bytes the committed bytes, which end with a line */
    IndexedLines(SeekableByteChannel file, long bytes) {
        super(file, bytes);
        this.bytes = bytes;
    }

    @Override
    protected long keyAt(long line) throws IOException {
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(START_BYTES, bytes - line));
        read(line, start);
        return FailedIndexes.index(new Item(start.array(), 0, start.position(), 0, false));
    }
}
