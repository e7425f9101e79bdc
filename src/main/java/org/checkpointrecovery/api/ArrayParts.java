package org.checkpointrecovery.api;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A body that is already in memory. */
final class ArrayParts implements Parts {
    private final byte[] bytes;
    private int position;

    ArrayParts(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public byte @Nullable [] next() {
        if (position == bytes.length) {
            return null;
        }
        int end = Math.min(bytes.length, position + PART_BYTES);
        byte[] part = Arrays.copyOfRange(bytes, position, end);
        position = end;
        return part;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
