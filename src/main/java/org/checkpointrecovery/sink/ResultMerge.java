package org.checkpointrecovery.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;

/**
 * Merges the results of a retry into a complete output, in item order, in one pass over both. If both have a result of an item,
 * that of the retry counts. So merging the same results into the merged output gives the same bytes.
 */
public final class ResultMerge {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final byte[] LINE_END_OF_TABLE = "\r\n".getBytes(US_ASCII);

    private final ResultRecords before;
    private final ResultRecords retried;
    private final Form form;
    private final DiskFile file;
    private final JsonBytes buffer = new JsonBytes(BUFFER_BYTES);
    private boolean isFirst = true;

    private ResultMerge(ResultRecords before, ResultRecords retried, Form form, DiskFile file) {
        this.before = before;
        this.retried = retried;
        this.form = form;
        this.file = file;
    }

    /** The columns of the results of a retry are not those of the output, so that no table can have both. */
    public static final class OtherColumnsException extends IOException {
        OtherColumnsException(Path output, byte[] columns, byte[] others) {
            super(output + " has the columns " + new String(columns, UTF_8) + ", but the results of the retry have "
                    + new String(others, UTF_8).strip());
        }
    }

    /**
     * Writes the merged output to another file, and forces it, but not its name.
     *
     * @param results of the retry, one per line
     * @param resultsBytes size of that file
     * @throws DamagedFileException if a file has another layout
     */
    public static void write(
            Disk disk, Path output, ResultRecords.Layout layout, Path results, long resultsBytes, Path merged)
            throws IOException {
        try (ResultRecords before = ResultRecords.open(disk, output, layout, disk.size(output));
                ResultRecords retried = ResultRecords.open(disk, results, ResultRecords.Layout.LINES, resultsBytes);
                DiskFile file = disk.open(merged)) {
            file.cutBack(0);
            Form form = switch (layout) {
                case LINES -> new OfJson(ResultsFormat.JSON_LINES);
                case ARRAY -> new OfJson(ResultsFormat.JSON_ARRAY);
                case TABLE -> new OfTable(output, before.header());
            };
            new ResultMerge(before, retried, form, file).write();
            file.force();
        }
    }

    /** How records are written. */
    private interface Form {
        void begin(JsonBytes out);

        void record(byte[] record, boolean isFirst, JsonBytes out);

        /** Returns a result of the retry as a record. */
        byte[] converted(byte[] line) throws IOException;

        void end(JsonBytes out);
    }

    private record OfJson(ResultsFormat format) implements Form {
        @Override
        public void begin(JsonBytes out) {
            out.raw(format.beginning());
        }

        @Override
        public void record(byte[] record, boolean isFirst, JsonBytes out) {
            byte[] separator = format.before();
            out.raw(separator, isFirst ? format.leftOutBeforeFirst() : 0, separator.length);
            out.raw(record).raw(format.after());
        }

        @Override
        public byte[] converted(byte[] line) {
            return line;
        }

        @Override
        public void end(JsonBytes out) {
            out.raw(format.end());
        }
    }

    /** A table without results has no columns until the first result of the retry. */
    private static final class OfTable implements Form {
        private final Path output;
        private byte[] header;
        private List<String> columns = List.of();

        OfTable(Path output, byte[] header) {
            this.output = output;
            this.header = header;
        }

        @Override
        public void begin(JsonBytes out) {
            // the columns are written before the first record
        }

        @Override
        public void record(byte[] record, boolean isFirst, JsonBytes out) {
            if (isFirst) {
                out.raw(header).raw(LINE_END_OF_TABLE);
            }
            out.raw(record).raw(LINE_END_OF_TABLE);
        }

        @Override
        public byte[] converted(byte[] line) throws IOException {
            if (columns.isEmpty()) {
                columns = CsvTable.columns(line);
                byte[] own = withoutLineEnd(CsvTable.header(columns));
                if (header.length > 0 && !Arrays.equals(header, own)) {
                    throw new OtherColumnsException(output, header, own);
                }
                header = own;
            }
            return withoutLineEnd(CsvTable.record(columns, line));
        }

        private static byte[] withoutLineEnd(byte[] record) {
            return Arrays.copyOf(record, record.length - LINE_END_OF_TABLE.length);
        }

        @Override
        public void end(JsonBytes out) {
            // a table ends with its last record
        }
    }

    private void write() throws IOException {
        form.begin(buffer);
        boolean hasBefore = before.next();
        boolean hasRetried = retried.next();
        while (hasBefore || hasRetried) {
            if (hasBefore && hasRetried && before.index() == retried.index()) {
                hasBefore = before.next();
            } else if (hasBefore && (!hasRetried || before.index() < retried.index())) {
                write(before.record());
                hasBefore = before.next();
            } else {
                write(form.converted(retried.record()));
                hasRetried = retried.next();
            }
        }
        form.end(buffer);
        flush();
    }

    private void write(byte[] record) throws IOException {
        form.record(record, isFirst, buffer);
        isFirst = false;
        if (buffer.length() >= BUFFER_BYTES) {
            flush();
        }
    }

    private void flush() throws IOException {
        file.append(buffer.array(), 0, buffer.length());
        buffer.clear();
    }
}
