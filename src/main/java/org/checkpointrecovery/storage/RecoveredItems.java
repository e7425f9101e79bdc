package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * Where the lines of an {@link ItemJournal} stand that earlier runs left. Only their places are held in memory: 16 bytes for
 * each item between the checkpoint and the furthest one that is finished. Thread-safe once it is made.
 */
final class RecoveredItems implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(RecoveredItems.class);
    private static final int WINDOW_BYTES = 64 * 1024;
    /** Items beyond the checkpoint that a line is believed about: the largest batch, and some. */
    private static final int MAX_ITEMS = 4_000_000;

    private final Disk disk;
    private final JobFiles files;
    private final long nextItem;
    private final int lastFailed;
    private final SortedSet<Integer> damaged = new TreeSet<>();
    private final List<Segment> segments = new ArrayList<>();
    private final Map<Integer, SeekableByteChannel> channels = new TreeMap<>();
    private int lastSegment;
    /** For the item {@code nextItem + i}: segment in the upper half, 0 for none; length of the line in the lower. */
    private long[] lines = new long[0];

    private long[] positions = new long[0];

    private RecoveredItems(Disk disk, JobFiles files, long nextItem, int lastFailed) {
        this.disk = disk;
        this.files = files;
        this.nextItem = nextItem;
        this.lastFailed = lastFailed;
    }

    /**
     * @param headers first lines that a segment of the job may have
     * @param lastFailed number of the last run whose failures do not count
     */
    static RecoveredItems read(Disk disk, JobFiles files, Set<String> headers, long nextItem, int lastFailed)
            throws IOException {
        RecoveredItems items = new RecoveredItems(disk, files, nextItem, lastFailed);
        Scan before = null;
        for (int segment : segmentsOf(disk, files)) {
            items.noteMissing(before, segment);
            items.lastSegment = segment;
            try {
                before = items.scan(segment, headers, before);
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

    /** Those before a segment that is needed are deleted before it; so none can be missing behind one that is. */
    private void noteMissing(@Nullable Scan before, int segment) {
        if (before != null && before.lastItem >= nextItem) {
            for (int missing = before.segment + 1; missing < segment; missing++) {
                damaged.add(missing);
            }
        }
    }

    static List<Integer> segmentsOf(Disk disk, JobFiles files) throws IOException {
        return disk.list(files.directory()).stream()
                .map(JobFiles::journalSegment)
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

    /** Segments that are damaged or missing. */
    SortedSet<Integer> damaged() {
        return damaged;
    }

    /** What is found in a segment. */
    private static final class Scan {
        private final int segment;
        private long lastItem = -1;
        private boolean headed;
        private boolean ours;
        /** Whether something is not whole since what is known to have been forced. */
        private boolean doubtful;

        private long bytes;

        Scan(int segment) {
            this.segment = segment;
        }
    }

    /** Reads the places of all whole lines of a segment. */
    private Scan scan(int segment, Set<String> headers, @Nullable Scan before) throws IOException {
        Scan scan = new Scan(segment);
        try (SeekableByteChannel channel = disk.openForRead(files.journal(segment))) {
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
                        scan.ours = headers.contains(new String(window, start, end - start, US_ASCII));
                        scan.doubtful = !scan.ours;
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
            scan.doubtful |= filled > 0;
        }
        if (scan.doubtful) {
            log.info("{} ends in an incomplete line, which is ignored.", files.journal(segment));
        }
        segments.add(new Segment(segment, scan.lastItem));
        return scan;
    }

    private void look(Scan scan, Line line, @Nullable Scan before) {
        if (!line.isWhole()) {
            scan.doubtful = true;
        } else if (line.kind() == ItemJournal.FORCED) {
            if (scan.doubtful || line.number() != scan.bytes) {
                damaged.add(scan.segment);
            }
            scan.doubtful = false;
        } else if (line.kind() == ItemJournal.GOES_ON) {
            if (before != null
                    && before.segment == scan.segment - 1
                    && (before.doubtful || line.number() != before.bytes)) {
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

        /** Where the kind stands in a whole line. */
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

        /** The words of a whole line before its kind: a number of an item, perhaps with a checksum, or of bytes. */
        private String[] about() {
            return new String(bytes, start + 9, kindAt() - start - 10, US_ASCII).split(":", 2);
        }

        /** The number of an item, or of bytes. */
        long number() {
            return Long.parseLong(about()[0]);
        }

        /** Whether the line was written for an item with this checksum, as far as it tells. */
        boolean isAbout(int item) {
            String[] about = about();
            return about.length == 1 || HexFormat.fromHexDigits(about[1]) == item;
        }

        /** What stands behind the kind, from its first byte. */
        private int restAt() {
            return Math.min(end, kindAt() + 2);
        }

        /** The run that the failure is of. */
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
            channel = disk.openForRead(files.journal(segment));
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
                : null; // it may have changed since it was found
    }

    /** A segment is about to be deleted. */
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
