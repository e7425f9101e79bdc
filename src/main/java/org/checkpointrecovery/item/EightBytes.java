package org.checkpointrecovery.item;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tests eight bytes of text at once, in one {@code long} with the first byte lowest. A result has the top bit set in
 * each byte for which it is true, and no other bits.
 */
public final class EightBytes {
    /** The top bit of each byte. */
    public static final long ALL = 0x8080_8080_8080_8080L;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final long SPACES = ' ' * EACH;

    private EightBytes() {}

    public static long get(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /** Returns at most seven bytes from {@code at} to {@code end}, padded with spaces. */
    public static long getLast(byte[] bytes, int at, int end) {
        int count = end - at;
        if (at <= bytes.length - 8) {
            long padding = -1L << (8 * count);
            return (get(bytes, at) & ~padding) | (SPACES & padding);
        }
        long eight = SPACES;
        for (int i = end - 1; i >= at; i--) {
            eight = (eight << 8) | (bytes[i] & 0xff);
        }
        return eight;
    }

    public static void put(byte[] bytes, int at, long eight) {
        LONG.set(bytes, at, eight);
    }

    /** Which bytes are not ASCII. */
    public static long notAscii(long eight) {
        return eight & ALL;
    }

    /** Which bytes are not ASCII white space ({@link Whitespace#isAscii}). */
    public static long notWhite(long eight) {
        long low = eight & ~ALL;
        long white = (atLeast(low, 0x09) & ~atLeast(low, 0x0e)) | (atLeast(low, 0x1c) & ~atLeast(low, 0x21));
        return (~white | eight) & ALL;
    }

    /** Which bytes must be escaped in a JSON string: U+0000 to U+001F, quotation mark, reverse solidus. */
    public static long escaped(long eight) {
        long low = eight & ~ALL;
        long plain = atLeast(low, 0x20) & atLeast(low ^ ('"' * EACH), 1) & atLeast(low ^ ('\\' * EACH), 1);
        return ~(plain | eight) & ALL;
    }

    /** Converts a to z to upper case. */
    public static long upper(long eight) {
        long low = eight & ~ALL;
        long lower = atLeast(low, 'a') & ~atLeast(low, 'z' + 1) & ~eight & ALL;
        return eight ^ (lower >>> 2); // 0x80 becomes 0x20, the difference between the two cases
    }

    /** Returns the index of the first byte in a non-zero result. */
    public static int first(long answer) {
        return Long.numberOfTrailingZeros(answer) >>> 3;
    }

    /** Requires bytes up to 0x7f, so that no carry occurs. The bits below the top one are meaningless. */
    private static long atLeast(long low, int bound) {
        return low + (0x80 - bound) * EACH;
    }
}
