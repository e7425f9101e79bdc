package org.checkpointrecovery.item;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One record of the input: a slice of an array. {@link Items} reuses one object for all items, so do not keep it.
 */
public final class Item {
    private byte[] bytes;
    private int start;
    private int end;
    private long index;
    private @Nullable Extent extent;

    /**
     * The extent of a cut item in the input.
     *
     * @param offset of its first byte
     * @param lines number of lines, at least 1; counted only for records that may span several
     */
    record Extent(long offset, long lines) {}

    /**
     * @param start first byte of the item in {@code bytes}
     * @param end after its last byte
     * @param index number of the item in the input, from 0
     * @param cut whether {@code bytes} has only a part of the item, because it is longer than the limit
     */
    public Item(byte[] bytes, int start, int end, long index, boolean cut) {
        this(bytes, start, end, index, cut ? new Extent(0, 1) : null);
    }

    /** @param extent of the item in the input if it is cut; otherwise null */
    private Item(byte[] bytes, int start, int end, long index, @Nullable Extent extent) {
        this.bytes = bytes;
        set(bytes, start, end, index, extent);
    }

    final void set(byte[] bytes, int start, int end, long index, @Nullable Extent extent) {
        Objects.checkFromToIndex(start, end, bytes.length);
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.index = index;
        this.extent = extent;
    }

    /** Returns the array with the item, from {@link #start} to {@link #end}. Not a copy; do not modify it. */
    public byte[] bytes() {
        return bytes;
    }

    public int start() {
        return start;
    }

    public int end() {
        return end;
    }

    public int length() {
        return end - start;
    }

    public long index() {
        return index;
    }

    /** Whether {@link #bytes} has only a part of the item, because it is longer than the limit. */
    public boolean cut() {
        return extent != null;
    }

    /** Returns the extent of a cut item; null for others. */
    @Nullable
    Extent extent() {
        return extent;
    }

    /** Returns a copy of this item that can be kept. */
    public Item copy() {
        byte[] own = Arrays.copyOfRange(bytes, start, end);
        return new Item(own, 0, own.length, index, extent);
    }
}
