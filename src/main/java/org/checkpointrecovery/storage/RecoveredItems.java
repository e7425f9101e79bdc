package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.storage.ItemJournal.Entry;
import org.checkpointrecovery.storage.ItemJournal.Segment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Index of the {@link ItemJournal} lines of earlier runs. Keeps only positions in memory: 16 bytes per item between the
 * checkpoint and the furthest finished item. Thread-safe once built.
 */
final class RecoveredItems implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(RecoveredItems.class);
    private static final int WINDOW_BYTES = 64 * 1024;
    /** Maximum distance from the checkpoint at which a line is trusted: more than the largest batch. */
    private static final int MAX_ITEMS = 4_000_000;

    private final Disk disk;
    private final JournalFiles files;
    private final long nextItem;
    private final int lastFailed;
    private final SortedSet<Integer> damaged = new TreeSet<>();
    private final List<Segment> segments = new ArrayList<>();
    private final Map<Integer, SeekableByteChannel> channels = new TreeMap<>();
    private int lastSegment;
    /**
     * For item {@code nextItem + i}: the segment in the upper half (0 for none), the length of the line in the lower
     * half.
     */
    private long[] lines = new long[0];

    private long[] positions = new long[0];

    private RecoveredItems(Disk disk, JournalFiles files, long nextItem, int lastFailed) {
        this.disk = disk;
        this.files = files;
        this.nextItem = nextItem;
        this.lastFailed = lastFailed;
    }

    /**
     * @param header the first line of the job's segments
     * @param lastFailed number of the last run whose failures do not count
     */
    static RecoveredItems read(Disk disk, JournalFiles files, String header, long nextItem, int lastFailed)
            throws IOException {
        RecoveredItems items = new RecoveredItems(disk, files, nextItem, lastFailed);
        Scan before = null;
        for (int segment : segmentsOf(disk, files)) {
            items.noteMissing(before, segment);
            items.lastSegment = segment;
            try {
                before = items.scan(segment, header, before);
            } catch (NotAFileException e) {
                if (!e.isLink()) {
                    throw e;
                }
                log.warn("{}", e.getMessage());
                items.damaged.add(segment);
            }
        }
        return items;
    }

    /** Notes missing segments. Segments are deleted in order, so none can be missing after an existing one. */
    private void noteMissing(@Nullable Scan before, int segment) {
        if (before != null && before.lastItem >= nextItem) {
            for (int missing = before.segment + 1; missing < segment; missing++) {
                damaged.add(missing);
            }
        }
    }

    static List<Integer> segmentsOf(Disk disk, JournalFiles files) throws IOException {
        List<Path> all;
        try {
            all = disk.list(files.directory());
        } catch (NoSuchFileException e) {
            return List.of(); // the job has not run yet
        }
        return all.stream()
                .map(files::numberOf)
                .filter(segment -> segment > 0)
                .sorted()
                .toList();
    }

    List<Segment> segments() {
        return segments;
    }

    int lastSegment() {
        return lastSegment;
    }

    /** Returns the damaged or missing segments. */
    SortedSet<Integer> damaged() {
        return damaged;
    }

    /** The result of scanning a segment. */
    private static final class Scan {
        private final int segment;
        private long lastItem = -1;
        private boolean headed;
        private boolean ours;
        /** Whether bytes are incomplete after the last part that is known to be forced. */
        private boolean suspect;

        private long bytes;

        Scan(int segment) {
            this.segment = segment;
        }
    }

    /** Finds the positions of all complete lines of a segment. */
    private Scan scan(int segment, String header, @Nullable Scan before) throws IOException {
        Scan scan = new Scan(segment);
        try (SeekableByteChannel channel = disk.openForRead(files.segment(segment))) {
            byte[] window = new byte[WINDOW_BYTES];
            int filled = 0;
            int count = 0;
            while (count >= 0) {
                int start = 0;
                for (int end = lineEnd(window, start, filled); end >= 0; end = lineEnd(window, start, filled)) {
                    if (scan.headed) {
                        look(scan, new Line(window, start, end), before);
                    } else {
                        scan.headed = true;
                        scan.ours = header.equals(new String(window, start, end - start, US_ASCII));
                        scan.suspect = !scan.ours;
                    }
                    scan.bytes += end + 1 - start;
                    start = end + 1;
                }
                System.arraycopy(window, start, window, 0, filled - start);
                filled -= start;
                if (filled == window.length) {
                    window = Arrays.copyOf(window, Math.multiplyExact(window.length, 2));
                }
                count = channel.read(ByteBuffer.wrap(window, filled, window.length - filled));
                filled += Math.max(0, count);
            }
            scan.bytes += filled;
            scan.suspect |= filled > 0;
        }
        if (scan.suspect) {
            log.info("{} ends in an incomplete line, which is ignored.", files.segment(segment));
        }
        segments.add(new Segment(segment, scan.lastItem));
        return scan;
    }

    private void look(Scan scan, Line line, @Nullable Scan before) {
        if (!line.isWhole()) {
            scan.suspect = true;
        } else if (line.kind() == ItemJournal.FORCED) {
            if (scan.suspect || line.number() != scan.bytes) {
                damaged.add(scan.segment);
            }
            scan.suspect = false;
        } else if (line.kind() == ItemJournal.CONTINUES) {
            if (before != null
                    && before.segment == scan.segment - 1
                    && (before.suspect || line.number() != before.bytes)) {
                damaged.add(before.segment);
            }
        } else {
            scan.lastItem = Math.max(scan.lastItem, line.number());
            if (scan.ours && (line.kind() == '+' || line.failedIn() > lastFailed)) {
                take(line.number(), scan.segment, scan.bytes, line.length());
            }
        }
    }

    private static int lineEnd(byte[] window, int start, int filled) {
        for (int at = start; at < filled; at++) {
            if (window[at] == '\n') {
                return at;
            }
        }
        return -1;
    }

    /** A line in an array. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Line(byte[] bytes, int start, int end) {
        private static final int CHECKSUM_CHARS = 8;

        int length() {
            return end - start;
        }

        boolean isWhole() {
            int rest = start + CHECKSUM_CHARS + 1;
            if (end - rest < 3 || bytes[rest - 1] != ' ') {
                return false;
            }
            CRC32C crc = new CRC32C();
            crc.update(bytes, rest, end - rest);
            byte[] digits = HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII);
            return Arrays.equals(bytes, start, start + CHECKSUM_CHARS, digits, 0, CHECKSUM_CHARS);
        }

        /** Returns the position of the kind in a complete line. */
        private int kindAt() {
            int at = start + CHECKSUM_CHARS + 1;
            while (bytes[at] != ' ') {
                at++;
            }
            return at + 1;
        }

        byte kind() {
            return bytes[kindAt()];
        }

        /**
         * Returns the words of a complete line before its kind: an item number, perhaps with a checksum, or a number of
         * bytes.
         */
        private String[] about() {
            return new String(bytes, start + 9, kindAt() - start - 10, US_ASCII).split(":", 2);
        }

        /** Returns the item number, or the number of bytes. */
        long number() {
            return Long.parseLong(about()[0]);
        }

        /** Whether the line was written for an item with this checksum. */
        boolean isAbout(int item) {
            String[] about = about();
            return HexFormat.fromHexDigits(about[1]) == item;
        }

        /** Returns the position of the first byte after the kind. */
        private int restAt() {
            return Math.min(end, kindAt() + 2);
        }

        /** Returns the run in which the item failed. */
        int failedIn() {
            int at = restAt();
            int run = 0;
            for (; bytes[at] >= '0' && bytes[at] <= '9'; at++) {
                run = run * 10 + (bytes[at] - '0');
            }
            return run;
        }

        Entry entry() {
            if (kind() == '+') {
                return new Entry.Succeeded(Arrays.copyOfRange(bytes, restAt(), end));
            }
            String[] words = new String(bytes, restAt(), end - restAt(), UTF_8).split(" ", 5);
            int status = Integer.parseInt(words[2]);
            return new Entry.Failed(
                    new ItemFailure(ItemErrorCode.valueOf(words[3]), words[4], status == 0 ? null : status),
                    Integer.parseInt(words[1]));
        }
    }

    private void take(long number, int segment, long position, int length) {
        if (number < nextItem || number - nextItem >= MAX_ITEMS) {
            return;
        }
        int place = (int) (number - nextItem);
        if (place >= lines.length) {
            int larger = Math.max(place + 1, Math.max(1024, lines.length * 2));
            lines = Arrays.copyOf(lines, larger);
            positions = Arrays.copyOf(positions, larger);
        }
        lines[place] = (long) segment << 32 | length;
        positions[place] = position;
    }

    @Nullable
    synchronized Entry read(long number, int item) throws IOException {
        long place = number - nextItem;
        if (place < 0 || place >= lines.length || lines[(int) place] == 0) {
            return null;
        }
        int segment = (int) (lines[(int) place] >>> 32);
        int length = (int) lines[(int) place];
        SeekableByteChannel channel = channels.get(segment);
        if (channel == null) {
            channel = disk.openForRead(files.segment(segment));
            channels.put(segment, channel);
        }
        ByteBuffer line = ByteBuffer.allocate(length);
        channel.position(positions[(int) place]);
        while (line.hasRemaining()) {
            if (channel.read(line) < 0) {
                return null;
            }
        }
        Line whole = new Line(line.array(), 0, length);
        return whole.isWhole() && whole.number() == number && whole.isAbout(item)
                ? whole.entry()
                : null; // it may have changed since the scan
    }

    /** Closes a segment that is about to be deleted. */
    synchronized void close(int segment) throws IOException {
        SeekableByteChannel channel = channels.remove(segment);
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (SeekableByteChannel channel : channels.values()) {
            channel.close();
        }
    }
}
