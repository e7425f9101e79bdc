package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.storage.DamagedFileException;

/** Reads the indexes of the failed items from an errors file, in order. */
final class FailedIndexes implements Closeable {
    private static final byte[] BEGINNING = "{\"index\":".getBytes(StandardCharsets.US_ASCII);
    /** Longer than any errors line: an item of 4 KiB, each byte escaped in six, and a message. */
    private static final int MAX_LINE_BYTES = 1024 * 1024;

    private static final int AT_A_TIME = 1024;

    private final LineSource lines;
    private Items items;
    private int next;

    /** @param channel closed together with this object */
    FailedIndexes(SeekableByteChannel channel, long committedBytes) throws IOException {
        lines = new LineSource(channel, new LineSource.Lines(committedBytes, MAX_LINE_BYTES, false, false), 0, 0);
        items = lines.read(AT_A_TIME);
    }

    /** Returns the next index; -1 at the end. */
    long next() throws IOException {
        if (next == items.count()) {
            items = lines.read(AT_A_TIME);
            next = 0;
            if (items.count() == 0) {
                return -1;
            }
        }
        return index(items.get(next++));
    }

    /** Returns the index at the start of a line of a results or errors file. */
    static long index(Item line) throws DamagedFileException {
        int at = line.start() + BEGINNING.length;
        boolean begins =
                at <= line.end() && Arrays.equals(line.bytes(), line.start(), at, BEGINNING, 0, BEGINNING.length);
        long index = 0;
        int digits = 0;
        while (begins && at < line.end() && line.bytes()[at] >= '0' && line.bytes()[at] <= '9') {
            index = index * 10 + (line.bytes()[at++] - '0');
            digits++;
        }
        if (digits == 0) {
            throw new DamagedFileException("The stored results are damaged: line " + line.index()
                    + " does not start with an item index. Nothing was changed. Restore results.jsonl and"
                    + " errors.jsonl of the job from a backup, or submit the job again.");
        }
        return index;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
