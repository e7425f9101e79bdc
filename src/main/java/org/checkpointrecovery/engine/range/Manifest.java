package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of a job's input: the content of {@code manifest.json},
 *
 * <pre>
 * {"version":1,"ranges":[[0,1000,0],[1000,1000,52133]],"crc32c":"0b6f3c11"}
 * </pre>
 *
 * on one line. Each range has its first item, its number of items, and its byte position in the input.
 *
 * @param ranges in item order, without a gap
 */
public record Manifest(List<Range> ranges) {
    private static final int VERSION = 1;

    public Manifest {
        ranges = List.copyOf(ranges);
        long next = 0;
        for (Range range : ranges) {
            if (range.firstItem() != next) {
                throw new IllegalArgumentException(
                        "a range starts at item " + range.firstItem() + ", expected " + next);
            }
            next = range.nextItem();
        }
    }

    /**
     * Where ranges end. A crash repeats at most the ranges in progress; each range costs one commit.
     *
     * @param batchSize items in a batch of the job
     * @param items maximum items in a range; with whole batches, a range has at least one batch of any size
     * @param bytes a range ends with the item or batch that reaches this many bytes
     * @param wholeBatches whether a range ends only where a batch does
     * @param cut number of an item that must start a range; -1 for none
     */
    public record Cuts(int batchSize, long items, long bytes, boolean wholeBatches, long cut) {}

    public long totalItems() {
        return ranges.isEmpty() ? 0 : ranges.get(ranges.size() - 1).nextItem();
    }

    /** Returns the position in the list of the range with an item; the size of the list if there is none. */
    public int indexOf(long item) {
        int low = 0;
        int high = ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.get(middle).nextItem() <= item) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Reads the input once and finds where its ranges start.
     *
     * @param stop polled between reads; if it returns true, the result is null
     */
    public static @Nullable Manifest make(InputItems input, Cuts cuts, BooleanSupplier stop) throws IOException {
        List<Range> ranges = new ArrayList<>();
        try (ItemSource source = input.open(Position.START)) {
            long next = 0;
            long nextBytes = 0;
            long first = 0;
            long firstBytes = 0;
            while (!stop.getAsBoolean()) {
                Items items = source.read(maxItems(cuts, next));
                if (items.count() == 0) {
                    if (next > first) {
                        ranges.add(new Range(first, next - first, firstBytes));
                    }
                    return new Manifest(ranges);
                }
                next += items.count();
                nextBytes = items.nextBytes();
                if (ends(cuts, first, next, nextBytes - firstBytes)) {
                    ranges.add(new Range(first, next - first, firstBytes));
                    first = next;
                    firstBytes = nextBytes;
                }
            }
        }
        return null;
    }

    /** Returns how many items can be read without passing a possible end of the range. */
    private static int maxItems(Cuts cuts, long next) {
        int max = cuts.wholeBatches() ? (int) (cuts.batchSize() - next % cuts.batchSize()) : 1;
        return next < cuts.cut() ? (int) Math.min(max, cuts.cut() - next) : max;
    }

    private static boolean ends(Cuts cuts, long first, long next, long bytes) {
        boolean may = !cuts.wholeBatches() || next % cuts.batchSize() == 0;
        int more = cuts.wholeBatches() ? cuts.batchSize() : 1;
        boolean enough = next - first + more > cuts.items() || bytes >= cuts.bytes();
        return next == cuts.cut() || (may && enough);
    }

    void write(Disk disk, Path file) throws IOException {
        Replacement.write(disk, file, StoredJson.write(VERSION, this));
    }

    static Manifest read(Disk disk, Path file) throws IOException {
        try {
            return StoredJson.read(disk.read(file), VERSION, Manifest.class);
        } catch (DamagedFileException e) {
            throw RangeStore.damaged(file, Replacement.directoryOf(file), e);
        }
    }
}
