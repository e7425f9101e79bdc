package org.checkpointrecovery.item;

import java.util.Objects;

/**
 * One record of the input: a slice of an array. {@link Items} hands out the same object for one item after the other, so that
 * an item costs no object of its own; nobody keeps it.
 */
public final class Item {
    private byte[] bytes;
    private int start;
    private int end;
    private long index;
    private boolean cut;

    /**
     * @param start first byte of the item in {@code bytes}
     * @param end behind its last byte
     * @param index number of the item in the input, from 0
     * @param cut whether the input has more of this item than {@code bytes}, because it is longer than the limit
     */
    public Item(byte[] bytes, int start, int end, long index, boolean cut) {
        this.bytes = bytes;
        set(bytes, start, end, index, cut);
    }

    final void set(byte[] bytes, int start, int end, long index, boolean cut) {
        Objects.checkFromToIndex(start, end, bytes.length);
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.index = index;
        this.cut = cut;
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

    public boolean cut() {
        return cut;
    }
}
