package org.checkpointrecovery.item;

import java.nio.ByteBuffer;

/** Gigabytes of the letter x with one line feed among them, held nowhere. */
final class EndlessLine extends SlowChannel {
    private final long size;
    private final long lineFeed;
    private int largestRead;

    EndlessLine(long size, long lineFeed) {
        super(new byte[0], Integer.MAX_VALUE);
        this.size = size;
        this.lineFeed = lineFeed;
    }

    /** The most bytes that were asked for at once. */
    int largestRead() {
        return largestRead;
    }

    @Override
    void copy(long from, ByteBuffer target, int count) {
        largestRead = Math.max(largestRead, target.remaining());
        int start = target.position();
        for (int i = 0; i < count; i++) {
            target.put((byte) 'x');
        }
        if (lineFeed >= from && lineFeed < from + count) {
            target.put(start + (int) (lineFeed - from), (byte) '\n');
        }
    }

    @Override
    public long size() {
        return size;
    }
}
