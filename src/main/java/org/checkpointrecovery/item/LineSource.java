package org.checkpointrecovery.item;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/**
 * Items that are lines, or records of CSV, which are lines that go on where a line end stands in quotation marks. A line ends
 * in LF or CRLF; the last one may lack its end. Which lines are items, and whether white space is stripped from them, is the
 * format's matter; what is in them is an {@link ItemDecoder}'s. Holds one window of the input in memory, which grows only for a longer line, up to the limit for one item.
 *
 * <p>A record of CSV whose quotation mark is open at the end of the input is no item: reading it throws an {@link
 * OpenQuoteException}, when all before it have been read.
 *
 * <p>Of a line that is longer than the limit, the bytes within it are handed on as an item that is {@link Item#cut}; the
 * rest is passed over.
 */
public final class LineSource implements ItemSource {
    static final int WINDOW_BYTES = 256 * 1024;

    private final SeekableByteChannel channel;
    private final Lines lines;
    private final RecordEnds ends;
    private final boolean strip;
    private final Items items = new Items();
    private byte[] window;
    /** Where the window's first byte stands in the input. */
    private long windowPosition;
    /** First byte of the window that is not read yet. */
    private int next;
    /** Behind the last byte in the window. */
    private int limit;

    private long nextIndex;
    private @Nullable CRC32C crc;
    /** Up to where {@link #crc} covers the input. */
    private long crcPosition;

    /**
     * What counts as an item.
     *
     * @param endBytes how long the input is; bytes behind are not read
     * @param maxItemBytes the longest line that is not cut, without its line end, at least 1
     * @param format whose lines they are
     * @param skipByteOrderMark whether EF BB BF at the very beginning is not part of the first line
     * @param skipBlank whether lines of which nothing is left are left out
     */
    public record Lines(long endBytes, int maxItemBytes, Format format, boolean skipByteOrderMark, boolean skipBlank) {
        /** Stripped lines of text. */
        public Lines(long endBytes, int maxItemBytes, boolean skipByteOrderMark, boolean skipBlank) {
            this(endBytes, maxItemBytes, Format.LINES, skipByteOrderMark, skipBlank);
        }

        /** These lines in another format. */
        public Lines in(Format other) {
            return new Lines(endBytes, maxItemBytes, other, skipByteOrderMark, skipBlank);
        }
    }

    /**
     * @param channel is closed with this source
     * @param position where to begin: 0, or {@link Items#nextBytes} of items read before
     * @param firstIndex index of the first item from there
     */
    public LineSource(SeekableByteChannel channel, Lines lines, long position, long firstIndex) {
        this(channel, lines, position, firstIndex, WINDOW_BYTES);
    }

    /** @param windowBytes of the input that are held in memory, unless a line is longer */
    public LineSource(SeekableByteChannel channel, Lines lines, long position, long firstIndex, int windowBytes) {
        this.window = new byte[windowBytes];
        this.channel = channel;
        this.lines = lines;
        Format format = lines.format();
        this.ends = format.isQuoted() ? new CsvEnds(format.delimiter()) : new LineEnds();
        this.strip = format.kind() == Format.Kind.LINES || format.kind() == Format.Kind.JSONL;
        this.windowPosition = position;
        this.nextIndex = firstIndex;
    }

    /**
     * Has the source compute {@link Items#nextCrc}. Call before the first read.
     *
     * @param before covers the bytes before the position where the source begins that the checksum is to include
     */
    public void computeChecksum(CRC32C before) {
        crc = before;
        crcPosition = windowPosition;
    }

    @Override
    public Items read(int max) throws IOException {
        if (windowPosition + next == 0 && lines.skipByteOrderMark()) {
            skipByteOrderMark();
        }
        items.clear(window, windowPosition + next);
        checksumItems();
        ends.begin();
        int searched = next;
        while (items.count() < max && !items.lastIsCut()) {
            int lineFeed = ends.find(window, searched, limit);
            if (lineFeed >= 0) {
                addLine(next, lineFeed);
                next = lineFeed + 1;
                searched = next;
            } else if (items.count() > 0) {
                break; // what is in the window is handed out before it moves
            } else if (limit - next > lines.maxItemBytes() + 1L) {
                addLongLine();
                break;
            } else {
                searched = limit - next;
                boolean more = fill();
                searched += next;
                if (!more) {
                    addLastLine();
                    break;
                }
            }
        }
        checksumItems();
        return items;
    }

    /** Gives the items the checksum up to {@link Items#nextBytes}, which has just been set. */
    private void checksumItems() {
        if (crc != null
                && items.nextBytes() >= crcPosition) { // else only blank lines came, and the items have it already
            checksumTo(items.nextBytes());
            items.nextCrc(crc.getValue());
        }
    }

    /** Extends the checksum over bytes that are in the window. */
    private void checksumTo(long position) {
        if (crc != null) {
            crc.update(window, (int) (crcPosition - windowPosition), (int) (position - crcPosition));
            crcPosition = position;
        }
    }

    private void skipByteOrderMark() throws IOException {
        while (limit < 3 && fill()) {
            // a channel may give fewer bytes than were asked for
        }
        if (limit >= 3 && window[0] == (byte) 0xef && window[1] == (byte) 0xbb && window[2] == (byte) 0xbf) {
            next = 3;
        }
    }

    /** Adds the line from {@code start} to its line feed, unless it is blank. */
    private void addLine(int start, int lineFeed) {
        boolean carriageReturn = lineFeed > start && window[lineFeed - 1] == '\r';
        addStripped(start, carriageReturn ? lineFeed - 1 : lineFeed, windowPosition + lineFeed + 1, 0);
    }

    private void addLastLine() throws IOException {
        refuseOpenQuote();
        if (limit > next) {
            addStripped(next, limit, windowPosition + limit, 0);
            next = limit;
        }
    }

    /** At the end of the input: whatever a quotation mark has swallowed is not an item. */
    private void refuseOpenQuote() throws IOException {
        if (ends instanceof CsvEnds records && records.isQuoted()) {
            throw new OpenQuote(channel, lines.endBytes())
                    .find(windowPosition + next, lines.format().delimiter());
        }
    }

    /** @param lineFeedsBehind how many line feeds the line has that are not in the window any more */
    private void addStripped(int start, int end, long behind, long lineFeedsBehind) {
        boolean tooLong = end - start > lines.maxItemBytes();
        int cutEnd = tooLong ? start + lines.maxItemBytes() : end;
        int from = strip ? Whitespace.stripStart(window, start, cutEnd) : start;
        int to = strip ? Whitespace.stripEnd(window, from, cutEnd) : cutEnd;
        if (from == to && !tooLong && lines.skipBlank()) {
            return;
        }
        items.add(from, to, nextIndex++, behind);
        if (tooLong) {
            long lineFeeds = lines.format().isQuoted() ? LineEnds.count(window, start, end) + lineFeedsBehind : 0;
            items.markLastCut(new Item.Extent(windowPosition + start, 1 + lineFeeds));
        }
    }

    /** Adds the line that begins at {@link #next} and does not end within the limit, and finds its end. */
    private void addLongLine() throws IOException {
        byte[] passed = new byte[64 * 1024];
        long position = windowPosition + limit;
        checksumTo(position);
        long behind = -1;
        long lineFeeds = 0;
        while (behind < 0) {
            int count = readAt(position, passed, 0);
            if (count < 0) {
                refuseOpenQuote();
                behind = position;
            } else {
                int lineFeed = ends.find(passed, 0, count);
                lineFeeds += LineEnds.count(passed, 0, lineFeed < 0 ? count : lineFeed);
                behind = lineFeed < 0 ? -1 : position + lineFeed + 1;
                if (crc != null) {
                    crc.update(passed, 0, lineFeed < 0 ? count : lineFeed + 1);
                }
                position += count;
            }
        }
        addStripped(next, limit, behind, lineFeeds);
        crcPosition = behind;
        windowPosition = behind;
        next = 0;
        limit = 0;
    }

    /** Moves what is not read yet to the window's beginning and reads more behind it; false at the end of the input. */
    private boolean fill() throws IOException {
        if (next > 0) {
            checksumTo(windowPosition + next);
            System.arraycopy(window, next, window, 0, limit - next);
            windowPosition += next;
            limit -= next;
            next = 0;
        }
        if (limit == window.length) {
            long max = Math.min(Integer.MAX_VALUE - 8, lines.maxItemBytes() + 2L);
            window = Arrays.copyOf(window, (int) Math.min(max, window.length * 2L));
            items.clear(window, windowPosition);
            checksumItems();
        }
        int count = readAt(windowPosition + limit, window, limit);
        limit += Math.max(0, count);
        return count > 0;
    }

    /** Reads some bytes of the input; -1 at its end. */
    private int readAt(long position, byte[] into, int from) throws IOException {
        long left = lines.endBytes() - position;
        if (left <= 0) {
            return -1;
        }
        channel.position(position);
        int count = channel.read(ByteBuffer.wrap(into, from, (int) Math.min(left, into.length - from)));
        if (count < 0) {
            throw new InputTruncatedException(position, lines.endBytes());
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
