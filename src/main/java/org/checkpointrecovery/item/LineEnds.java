package org.checkpointrecovery.item;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds line feeds, eight bytes at a time. */
final class LineEnds implements RecordEnds {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    @Override
    public void begin() {
        // a line feed always ends a line
    }

    @Override
    public int find(byte[] bytes, int from, int to) {
        return next(bytes, from, to);
    }

    /** Counts the line feeds. */
    static int count(byte[] bytes, int from, int to) {
        int count = 0;
        for (int at = next(bytes, from, to); at >= 0; at = next(bytes, at + 1, to)) {
            count++;
        }
        return count;
    }

    /** Returns the position of the first line feed from {@code from} on, or -1. */
    static int next(byte[] bytes, int from, int to) {
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long zeros = (long) LONGS.get(bytes, at) ^ LINE_FEEDS;
            // Bit 7 of the lowest zero byte is its lowest bit set ("Hacker's Delight", 6-1).
            long found = (zeros - ONES) & ~zeros & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == '\n') {
                return at;
            }
        }
        return -1;
    }
}
