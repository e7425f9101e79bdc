package org.checkpointrecovery.engine.range;

import java.io.Closeable;
import java.io.IOException;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.InputItems;
import org.jspecify.annotations.Nullable;

/** Reads an input once, from some item onward, and cuts it into ranges. Used by one thread. */
final class RangeCutter implements Closeable {
    private final ItemSource source;
    /** The first item that is in no range yet, and the input position before it. */
    private long next;

    private long nextBytes;
    /** Items after it that were read already, and the position after them. */
    private int read;

    private long readBytes;
    /** Why no item can be read after these; null if that is unknown. */
    private @Nullable OpenQuoteException problem;

    private RangeCutter(ItemSource source, long next, long nextBytes) {
        this.source = source;
        this.next = next;
        this.nextBytes = nextBytes;
    }

    static RangeCutter open(InputItems input, long item, long bytes) throws IOException {
        return new RangeCutter(input.open(new Position(item, bytes, 0, 0, item, 0)), item, bytes);
    }

    /**
     * Returns the next range; null at the end of the input.
     *
     * @throws OpenQuoteException if the next item cannot be read; all before it are in ranges
     */
    @Nullable
    Range next(Cuts cuts) throws IOException {
        long after = next;
        long afterBytes = nextBytes;
        boolean more = read(1);
        while (more) {
            after += read;
            afterBytes = readBytes;
            read = 0;
            if (cuts.ends(next, after, afterBytes - nextBytes)) {
                break;
            }
            more = read(cuts.maxItems(after));
        }
        if (after == next) {
            if (problem != null) {
                throw problem;
            }
            return null;
        }
        boolean last = !read(1) && problem == null;
        Range range = new Range(next, after - next, nextBytes, afterBytes, last);
        next = after;
        nextBytes = afterBytes;
        return range;
    }

    /** Reads on, unless items were read already. Returns false if there are none. */
    private boolean read(int most) throws IOException {
        if (read > 0) {
            return true;
        }
        if (problem == null) {
            try {
                Items items = source.read(most);
                read = items.count();
                readBytes = items.nextBytes();
            } catch (OpenQuoteException e) {
                problem = e;
            }
        }
        return read > 0;
    }

    /** Whether the input ends before the next range. */
    boolean isAtEnd() throws IOException {
        return !read(1) && problem == null;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
