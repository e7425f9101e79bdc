package org.checkpointrecovery.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;

/**
 * Reads the records of a complete results or errors file. Each starts with the index of its item, in ascending order. Checks
 * the layout, but not the content of the records. Holds one window of the file in memory, or one record if that is longer.
 * Used by one thread.
 */
public final class ResultRecords implements Closeable {
    /** Where records are in a file. */
    public enum Layout {
        /** One JSON object per line. */
        LINES("one result per line"),
        /** One JSON array, one object per line. */
        ARRAY("a JSON array with one result per line"),
        /** CSV records after one with the names of the columns. */
        TABLE("a CSV table of results");

        private final String text;

        Layout(String text) {
            this.text = text;
        }
    }

    private static final int WINDOW_BYTES = 256 * 1024;
    private static final int AT_A_TIME = 1024;
    private static final byte[] JSON_INDEX = "{\"index\":".getBytes(US_ASCII);
    private static final byte[] TABLE_INDEX = "index".getBytes(US_ASCII);
    private static final int MAX_DIGITS = 18;

    private final Path file;
    private final Layout layout;
    private final SeekableByteChannel channel;
    private final LineSource source;
    private Items items;
    private int read; // lines of items
    private long lines;

    /** The current line without its end, from {@link #start} to {@link #end}. */
    private byte[] line = {};

    private int start;
    private int end;
    private long index = -1;
    private byte[] header = {};
    private boolean mayContinue; // of an array
    private boolean mayEnd; // of an array

    private ResultRecords(Path file, Layout layout, SeekableByteChannel channel, long bytes) throws IOException {
        this.file = file;
        this.layout = layout;
        this.channel = channel;
        Format format = Format.of(layout == Layout.TABLE ? Format.Kind.CSV : Format.Kind.RAW_LINES)
                .withDelimiter(Format.DEFAULT_DELIMITER);
        // A longer line is read on its own.
        this.source = new LineSource(
                channel, new LineSource.Lines(bytes, WINDOW_BYTES - 2, format, false, false), 0, 0, WINDOW_BYTES);
        this.items = source.read(0);
        begin();
    }

    /**
     * Opens a file.
     *
     * @param bytes of the file that are read
     * @throws DamagedFileException if the file has another layout
     */
    public static ResultRecords open(Disk disk, Path file, Layout layout, long bytes) throws IOException {
        SeekableByteChannel channel = disk.openForRead(file);
        try {
            return new ResultRecords(file, layout, channel, bytes);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        if (layout == Layout.ARRAY) {
            if (!nextLine() || !isLine('[')) {
                throw damaged("does not start with [");
            }
            mayContinue = true;
            mayEnd = true;
        } else if (layout == Layout.TABLE && nextLine()) {
            if (!startsWith(TABLE_INDEX) || !isCellEnd(start + TABLE_INDEX.length)) {
                throw damaged("does not start with the column index");
            }
            header = record();
        }
    }

    /** Returns the names of the columns as a record without its line end; empty if there are none. */
    byte[] header() {
        return header;
    }

    /**
     * Moves to the next record. Returns false after the last one.
     *
     * @throws DamagedFileException if the file has another layout
     */
    public boolean next() throws IOException {
        if (!nextLine()) {
            if (layout == Layout.ARRAY) {
                throw damaged("does not end with ]");
            }
            return false;
        }
        if (layout == Layout.ARRAY) {
            if (mayEnd && isLine(']')) {
                if (nextLine()) {
                    throw damaged("has text after the end of the array");
                }
                return false;
            }
            if (!mayContinue) {
                throw damaged("has no comma before line " + lines);
            }
            mayContinue = end > start && line[end - 1] == ',';
            mayEnd = !mayContinue;
            end -= mayContinue ? 1 : 0;
        }
        long last = index;
        index = indexOfLine();
        if (index <= last) {
            throw damaged("has index " + index + " after index " + last);
        }
        return true;
    }

    /** Returns the index of the current record's item. */
    public long index() {
        return index;
    }

    /** Returns the current record without separators and line end. */
    public byte[] record() {
        return Arrays.copyOfRange(line, start, end);
    }

    private boolean nextLine() throws IOException {
        try {
            if (read == items.count()) {
                items = source.read(AT_A_TIME);
                read = 0;
            }
        } catch (OpenQuoteException e) {
            throw damaged("has a quotation mark that is never closed");
        }
        if (read == items.count()) {
            return false;
        }
        Item item = items.get(read++);
        lines++;
        if (item.cut()) {
            readLong(items.cutLineStart(), items.nextBytes());
        } else {
            line = item.bytes();
            start = item.start();
            end = item.end();
        }
        return true;
    }

    private void readLong(long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(to - from));
        while (bytes.hasRemaining()) {
            if (channel.position(from + bytes.position()).read(bytes) < 0) {
                throw new EOFException(file + " was truncated while it was read");
            }
        }
        line = bytes.array();
        start = 0;
        end = line.length;
        end -= end > 0 && line[end - 1] == '\n' ? 1 : 0;
        end -= end > 0 && line[end - 1] == '\r' ? 1 : 0;
    }

    private boolean isLine(char only) {
        return end - start == 1 && line[start] == only;
    }

    private boolean startsWith(byte[] expected) {
        int to = start + expected.length;
        return to <= end && Arrays.equals(line, start, to, expected, 0, expected.length);
    }

    private boolean isCellEnd(int at) {
        return at == end || line[at] == Format.DEFAULT_DELIMITER;
    }

    private long indexOfLine() throws DamagedFileException {
        boolean json = layout != Layout.TABLE;
        int at = start + (json ? JSON_INDEX.length : 0);
        boolean valid = !json || (startsWith(JSON_INDEX) && line[end - 1] == '}');
        int digits = 0;
        long number = 0;
        for (; valid && at < end && line[at] >= '0' && line[at] <= '9' && digits < MAX_DIGITS; at++, digits++) {
            number = number * 10 + (line[at] - '0');
        }
        if (!valid || digits == 0 || !(json ? line[at] == ',' || line[at] == '}' : isCellEnd(at))) {
            throw damaged("has a line that is not a whole record with an item index: line " + lines);
        }
        return number;
    }

    private DamagedFileException damaged(String how) {
        return new DamagedFileException(file + " is not " + layout.text + ": it " + how);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
