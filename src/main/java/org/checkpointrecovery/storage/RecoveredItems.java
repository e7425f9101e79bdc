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
import java.util.TreeMap;
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
    private final List<Segment> segments = new ArrayList<>();
    private final Map<Integer, SeekableByteChannel> channels = new TreeMap<>();
    private int lastSegment;
    /** For the item {@code nextItem + i}: segment in the upper half, 0 for none; length of the line in the lower. */
    private long[] lines = new long[0];

    private long[] positions = new long[0];

    private RecoveredItems(Disk disk, JobFiles files, long nextItem) {
        this.disk = disk;
        this.files = files;
        this.nextItem = nextItem;
    }

    static RecoveredItems read(Disk disk, JobFiles files, String header, long nextItem) throws IOException {
        RecoveredItems items = new RecoveredItems(disk, files, nextItem);
        for (int segment : segmentsOf(disk, files)) {
            items.lastSegment = segment;
            items.scan(segment, header);
        }
        return items;
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

    /** Reads the places of all whole lines of a segment. */
    private void scan(int segment, String header) throws IOException {
        long last = -1;
        try (SeekableByteChannel channel = disk.openForRead(files.journal(segment))) {
            byte[] window = new byte[WINDOW_BYTES];
            long position = 0; // of the window's first byte
            int filled = 0;
            boolean headed = false;
            boolean whole = true;
            while (whole) {
                int start = 0;
                for (int end = lineEnd(window, start, filled);
                        end >= 0 && whole;
                        end = lineEnd(window, start, filled)) {
                    if (headed) {
                        long number = number(window, start, end);
                        whole = number >= -1;
                        take(number, segment, position + start, end - start);
                        last = Math.max(last, number);
                    } else {
                        headed = true;
                        whole = new String(window, start, end - start, US_ASCII).equals(header);
                    }
                    start = end + 1;
                }
                System.arraycopy(window, start, window, 0, filled - start);
                position += start;
                filled -= start;
                if (filled == window.length) {
                    window = Arrays.copyOf(window, Math.multiplyExact(window.length, 2));
                }
                int count = channel.read(ByteBuffer.wrap(window, filled, window.length - filled));
                whole &= count > 0;
                filled += Math.max(0, count);
            }
            if (filled > 0) {
                log.info("Journal {} ends with {} bytes that are no whole line; they are not used.", segment, filled);
            }
        }
        segments.add(new Segment(segment, last));
    }

    private static int lineEnd(byte[] window, int start, int filled) {
        for (int at = start; at < filled; at++) {
            if (window[at] == '\n') {
                return at;
            }
        }
        return -1;
    }

    /** The number of the item that a line is about; -1 if it takes failures back, -2 if the line is not whole. */
    private static long number(byte[] window, int start, int end) {
        int rest = start + 9;
        if (end - rest < 3 || window[start + 8] != ' ') {
            return -2;
        }
        CRC32C crc = new CRC32C();
        crc.update(window, rest, end - rest);
        byte[] digits = HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII);
        if (!Arrays.equals(window, start, start + 8, digits, 0, 8)) {
            return -2;
        }
        long number = 0;
        int at = rest;
        for (; window[at] >= '0' && window[at] <= '9'; at++) {
            number = number * 10 + (window[at] - '0');
        }
        return window[at + 1] == '~' ? -1 : number;
    }

    private void take(long number, int segment, long position, int length) throws IOException {
        if (number == -1) {
            forgetFailures();
        }
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

    /** Takes all failures back; false if there are none. */
    boolean forgetFailures() throws IOException {
        boolean some = false;
        for (int place = 0; place < lines.length; place++) {
            if (lines[place] != 0 && read(nextItem + place) instanceof Entry.Failed) {
                lines[place] = 0;
                some = true;
            }
        }
        return some;
    }

    @Nullable
    synchronized Entry read(long number) throws IOException {
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
        return parse(line.array());
    }

    /** The line was found whole before. */
    private static Entry parse(byte[] line) {
        int at = 9;
        while (line[at] != ' ') {
            at++;
        }
        byte[] rest = Arrays.copyOfRange(line, Math.min(line.length, at + 3), line.length);
        if (line[at + 1] == '+') {
            return new Entry.Succeeded(rest);
        }
        String[] words = new String(rest, UTF_8).split(" ", 4);
        int status = Integer.parseInt(words[1]);
        return new Entry.Failed(
                new ItemFailure(ItemErrorCode.valueOf(words[2]), words[3], status == 0 ? null : status),
                Integer.parseInt(words[0]));
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
