package org.checkpointrecovery.item;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/**
 * Reads items that are lines, or CSV records: lines that continue if a line end is within quotation marks. A line ends
 * in LF or CRLF; the last one may lack its end. The format decides which lines are items and whether they are stripped;
 * an {@link ItemDecoder} interprets their content. Holds one window of the input in memory, which grows only for a
 * longer line, up to the maximum item size.
 *
 * <p>A CSV record with an open quotation mark at the end of the input is not an item: after all items before it,
 * reading throws an {@link OpenQuoteException}.
 *
 * <p>A line longer than the limit becomes an item that is {@link Item#cut}; the rest of the line is skipped.
 */
public final class LineSource implements ItemSource {
    static final int WINDOW_BYTES = 256 * 1024;

    private final SeekableByteChannel channel;
    private final Lines lines;
    private final RecordEnds ends;
    private final boolean strip;
    private final Items items = new Items();
    private byte[] window;
    /** Position in the input of the window's first byte. */
    private long windowPosition;
    /** First unread byte of the window. */
    private int next;
    /** After the last byte in the window. */
    private int limit;

    private long nextIndex;
    private @Nullable CRC32C crc;
    /** Position in the input up to which {@link #crc} covers it. */
    private long crcPosition;

    /**
     * Defines the items of an input.
     *
     * @param endBytes size of the input; bytes after it are not read
     * @param maxItemBytes maximum size of a line without its line end, at least 1; longer lines are cut
     * @param format the format of the lines
     * @param skipByteOrderMark whether to skip EF BB BF at the start of the input
     * @param skipBlank whether to skip lines that are empty after stripping
     */
    public record Lines(long endBytes, int maxItemBytes, Format format, boolean skipByteOrderMark, boolean skipBlank) {
        /** Defines stripped lines of text. */
        public Lines(long endBytes, int maxItemBytes, boolean skipByteOrderMark, boolean skipBlank) {
            this(endBytes, maxItemBytes, Format.LINES, skipByteOrderMark, skipBlank);
        }

        /** Returns this definition with another format. */
        public Lines in(Format other) {
            return new Lines(endBytes, maxItemBytes, other, skipByteOrderMark, skipBlank);
        }
    }

    /**
     * @param channel closed together with this source
     * @param position where to start: 0, or {@link Items#nextBytes} of earlier items
     * @param firstIndex index of the first item from there
     */
    public LineSource(SeekableByteChannel channel, Lines lines, long position, long firstIndex) {
        this(channel, lines, position, firstIndex, WINDOW_BYTES);
    }

    /** @param windowBytes size of the window in memory, unless a line is longer */
    public LineSource(SeekableByteChannel channel, Lines lines, long position, long firstIndex, int windowBytes) {
        this.window = new byte[windowBytes];
        this.channel = channel;
        this.lines = lines;
        Format format = lines.format();
        this.ends = RecordFormat.of(format).ends(format);
        this.strip = RecordFormat.of(format).strips();
        this.windowPosition = position;
        this.nextIndex = firstIndex;
    }

    /**
     * Makes the source compute {@link Items#nextCrc}. Call before the first read.
     *
     * @param before checksum of the preceding bytes to include
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
                break; // return the items in the window before it moves
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

    /** Sets the checksum of the items up to {@link Items#nextBytes}, which was just set. */
    private void checksumItems() {
        if (crc != null
                && items.nextBytes()
                        >= crcPosition) { // otherwise only blank lines were read, and the items have the checksum
            // already
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
            // a channel may return fewer bytes than requested
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

    /** Throws at the end of the input if a quotation mark is open: the text after it is not an item. */
    private void refuseOpenQuote() throws IOException {
        if (ends instanceof CsvEnds records && records.isQuoted()) {
            throw new OpenQuote(channel, lines.endBytes())
                    .find(windowPosition + next, lines.format().delimiter());
        }
    }

    /** @param lineFeedsDropped number of the line's line feeds that are no longer in the window */
    private void addStripped(int start, int end, long after, long lineFeedsDropped) {
        boolean tooLong = end - start > lines.maxItemBytes();
        int cutEnd = tooLong ? start + lines.maxItemBytes() : end;
        int from = strip ? Whitespace.stripStart(window, start, cutEnd) : start;
        int to = strip ? Whitespace.stripEnd(window, from, cutEnd) : cutEnd;
        if (from == to && !tooLong && lines.skipBlank()) {
            return;
        }
        items.add(from, to, nextIndex++, after);
        if (tooLong) {
            long lineFeeds = lines.format().isQuoted() ? LineEnds.count(window, start, end) + lineFeedsDropped : 0;
            items.markLastCut(new Item.Extent(windowPosition + start, 1 + lineFeeds));
        }
    }

    /** Adds the line at {@link #next} that exceeds the limit, and finds its end. */
    private void addLongLine() throws IOException {
        byte[] passed = new byte[64 * 1024];
        long position = windowPosition + limit;
        checksumTo(position);
        long after = -1;
        long lineFeeds = 0;
        while (after < 0) {
            int count = readAt(position, passed, 0);
            if (count < 0) {
                refuseOpenQuote();
                after = position;
            } else {
                int lineFeed = ends.find(passed, 0, count);
                lineFeeds += LineEnds.count(passed, 0, lineFeed < 0 ? count : lineFeed);
                after = lineFeed < 0 ? -1 : position + lineFeed + 1;
                if (crc != null) {
                    crc.update(passed, 0, lineFeed < 0 ? count : lineFeed + 1);
                }
                position += count;
            }
        }
        addStripped(next, limit, after, lineFeeds);
        crcPosition = after;
        windowPosition = after;
        next = 0;
        limit = 0;
    }

    /** Moves the unread bytes to the start of the window and reads more; false at the end of the input. */
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
