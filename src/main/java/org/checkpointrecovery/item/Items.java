package org.checkpointrecovery.item;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive items, as slices of one array. An {@link ItemSource} reuses it, so copy items before passing them to
 * another thread.
 */
public final class Items {
    private byte[] bytes = new byte[0];
    private final Item item = new Item(bytes, 0, 0, 0, false);
    private int[] starts = new int[0];
    private int[] ends = new int[0];
    private long[] indexes = new long[0];
    private int count;
    /** Extent of the last item if it is cut; no other item can be cut. */
    private Item.@Nullable Extent lastExtent;

    private long nextBytes;
    private long nextCrc = Crc32c.NONE;

    public int count() {
        return count;
    }

    /** Returns an item. The next call reuses the object. */
    public Item get(int number) {
        item.set(bytes, starts[number], ends[number], indexes[number], number == count - 1 ? lastExtent : null);
        return item;
    }

    /** Returns the byte position in the input after the last of these items. */
    public long nextBytes() {
        return nextBytes;
    }

    /**
     * Returns the CRC-32C of the input from where its source started to {@link #nextBytes}; {@link Crc32c#NONE} if the
     * source does not compute it.
     */
    public long nextCrc() {
        return nextCrc;
    }

    void nextCrc(long crc) {
        nextCrc = crc;
    }

    /** Copies other items into this object's own array. */
    public void copyOf(Items other) {
        int first = other.count == 0 ? 0 : other.starts[0];
        int after = other.count == 0 ? 0 : other.ends[other.count - 1];
        if (bytes.length < after - first) {
            bytes = new byte[after - first];
        }
        System.arraycopy(other.bytes, first, bytes, 0, after - first);
        reserve(other.count);
        for (int i = 0; i < other.count; i++) {
            starts[i] = other.starts[i] - first;
            ends[i] = other.ends[i] - first;
        }
        System.arraycopy(other.indexes, 0, indexes, 0, other.count);
        count = other.count;
        lastExtent = other.lastExtent;
        nextBytes = other.nextBytes;
        nextCrc = other.nextCrc;
    }

    void clear(byte[] newBytes, long position) {
        bytes = newBytes;
        count = 0;
        lastExtent = null;
        nextBytes = position;
    }

    void add(int start, int end, long index, long after) {
        reserve(count + 1);
        starts[count] = start;
        ends[count] = end;
        indexes[count] = index;
        count++;
        nextBytes = after;
    }

    /** Whether the last item is cut; no other item can be. */
    boolean lastIsCut() {
        return lastExtent != null;
    }

    /** Returns the byte position in the input of the line of a cut last item; -1 if it is not cut. */
    public long cutLineStart() {
        return lastExtent == null ? -1 : lastExtent.offset();
    }

    void markLastCut(Item.Extent extent) {
        lastExtent = extent;
    }

    void index(int number, long index) {
        indexes[number] = index;
    }

    private void reserve(int wanted) {
        if (wanted > starts.length) {
            int larger = Math.max(wanted, Math.max(64, starts.length * 2));
            starts = Arrays.copyOf(starts, larger);
            ends = Arrays.copyOf(ends, larger);
            indexes = Arrays.copyOf(indexes, larger);
        }
    }
}
