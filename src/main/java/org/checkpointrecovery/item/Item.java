package org.checkpointrecovery.item;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One record of the input: a slice of an array. {@link Items} hands out the same object for one item after the other, so that
 * an item costs no object of its own; nobody keeps it.
 */
public final class Item {
    private byte[] bytes;
    private int start;
    private int end;
    private long index;
    private @Nullable Extent extent;

    /**
     * What an item that is cut is in the input.
     *
     * @param offset of its first byte
     * @param lines that it goes over, at least 1; counted for records that may go over several
     */
    record Extent(long offset, long lines) {}

    /**
     * @param start first byte of the item in {@code bytes}
     * @param end behind its last byte
     * @param index number of the item in the input, from 0
     * @param cut whether the input has more of this item than {@code bytes}, because it is longer than the limit
     */
    public Item(byte[] bytes, int start, int end, long index, boolean cut) {
        this(bytes, start, end, index, cut ? new Extent(0, 1) : null);
    }

    /** @param extent of the item, if the input has more of it than {@code bytes}; otherwise null */
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

    /** The array that holds the item, from {@link #start} to {@link #end}. Not a copy, and not to be written to. */
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

    /** Whether the input has more of this item than {@link #bytes}, because it is longer than the limit. */
    public boolean cut() {
        return extent != null;
    }

    /** What a cut item is in the input; null for others. */
    @Nullable
    Extent extent() {
        return extent;
    }

    /** This item in an array of its own, to be kept. */
    public Item copy() {
        byte[] own = Arrays.copyOfRange(bytes, start, end);
        return new Item(own, 0, own.length, index, extent);
    }
}
