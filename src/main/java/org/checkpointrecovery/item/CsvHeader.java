package org.checkpointrecovery.item;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ItemFailure;

/**
 * The start of a CSV input: the names of the fields, the delimiter, and the position of the first item. Read again at
 * the start of each run, so it depends only on the input and its format.
 */
public final class CsvHeader {
    /** Limits memory: each name takes many times its size for as long as a job runs. */
    static final int MAX_BYTES = 1024 * 1024;

    private final List<String> names;
    private final byte[] raw;
    private final Format format;
    private final long dataStartBytes;

    private CsvHeader(List<String> names, byte[] raw, Format format, long dataStartBytes) {
        this.names = names;
        this.raw = raw;
        this.format = format;
        this.dataStartBytes = dataStartBytes;
    }

    /**
     * Reads the start of an input.
     *
     * @param channel closed by this method
     * @param copies whether the input has copies of another input's items. They follow the header record of that input,
     *     unless the client named the fields
     * @return empty if the input has no record to determine the fields from, and so no items
     * @throws BadHeaderException if the input cannot be read in this format
     */
    public static Optional<CsvHeader> read(SeekableByteChannel channel, LineSource.Lines lines, boolean copies)
            throws IOException {
        try (channel) {
            return new Beginning(channel, lines, copies).read();
        }
    }

    /** Whether a record continues on the next line because a quotation mark is not closed. */
    public static boolean isOpen(String record, Format format) {
        if (!format.isQuoted()) {
            return false;
        }
        byte[] utf8 = record.getBytes(StandardCharsets.UTF_8);
        CsvEnds ends = new CsvEnds(format.delimiter());
        ends.find(utf8, 0, utf8.length);
        return ends.isQuoted();
    }

    /** Returns the format of inline items, whose first line may declare the delimiter. */
    public static Format formatOf(List<String> items, Format format) {
        Character named = items.isEmpty() || format.delimiterGiven() ? null : SepLine.delimiterOf(items.get(0));
        return named == null ? format : format.withDelimiter(named);
    }

    /** Returns the names of the fields in order: at least one, none empty, all distinct. */
    public List<String> names() {
        return names;
    }

    /**
     * Returns the unchanged record that the names come from, without its line end; empty if the client named the fields.
     */
    public byte[] raw() {
        return raw.clone();
    }

    /** Returns the format with the input's delimiter. */
    public Format format() {
        return format;
    }

    /** Returns the byte position where the search for the first item starts. */
    public long dataStartBytes() {
        return dataStartBytes;
    }

    /** Reads the start of an input. */
    private static final class Beginning {
        private final SeekableByteChannel channel;
        private final LineSource.Lines lines;
        private final boolean copies;
        private final int maxBytes;

        Beginning(SeekableByteChannel channel, LineSource.Lines lines, boolean copies) {
            this.channel = channel;
            this.lines = lines;
            this.copies = copies;
            this.maxBytes = Math.min(lines.maxItemBytes(), MAX_BYTES);
        }

        Optional<CsvHeader> read() throws IOException {
            Format format = lines.format();
            long start = 0;
            if (!copies) {
                byte[] beginning = beginning();
                int mark = lines.skipByteOrderMark() && startsWithMark(beginning) ? 3 : 0;
                SepLine line = SepLine.of(Arrays.copyOfRange(beginning, mark, beginning.length));
                if (line != null) {
                    format = agreed(format, line);
                    start = (long) mark + line.bytes();
                }
            }
            try {
                return read(start, format);
            } catch (OpenQuoteException e) {
                throw new BadHeaderException(
                        e.getMessage() + ", so the input has no items. Send " + OpenQuoteException.REMEDY);
            }
        }

        private Optional<CsvHeader> read(long start, Format format) throws IOException {
            LineSource records = records(start, format); // not closed, because the channel is used again
            long dataStart = start;
            for (int skipped = 0; !copies && skipped < format.skipRecords(); skipped++) {
                Items one = records.read(1);
                if (one.count() == 0) {
                    return Optional.empty();
                }
                dataStart = one.nextBytes();
            }
            Format certain = format.withDelimiter(format.delimiter());
            if (format.names() instanceof FieldNames.Given given) {
                if (!copies && !format.delimiterGiven() && given.names().size() > 1) {
                    refuseOtherDelimiters(
                            records, dataStart, format, given.names().size());
                }
                return Optional.of(new CsvHeader(given.names(), new byte[0], certain, dataStart));
            }
            Items items = records.read(1);
            if (items.count() == 0) {
                return Optional.empty();
            }
            Item first = items.get(0);
            if (!copies && !format.delimiterGiven()) {
                refuseOtherDelimiters(first, dataStart, format, 0);
            }
            boolean isItem = format.names() instanceof FieldNames.Numbered && !copies;
            List<String> fields = fields(first, format);
            byte[] raw = Arrays.copyOfRange(first.bytes(), first.start(), first.end());
            return Optional.of(
                    new CsvHeader(names(fields, format), raw, certain, isItem ? dataStart : items.nextBytes()));
        }

        private LineSource records(long position, Format format) {
            LineSource.Lines limited = new LineSource.Lines(
                    lines.endBytes(), maxBytes, format, lines.skipByteOrderMark(), lines.skipBlank());
            return new LineSource(channel, limited, position, 0);
        }

        private byte[] beginning() throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(SepLine.MAX_BYTES, lines.endBytes()));
            channel.position(0);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new InputTruncatedException(bytes.position(), lines.endBytes());
                }
            }
            return bytes.array();
        }

        private static boolean startsWithMark(byte[] bytes) {
            return bytes.length >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf;
        }

        private static Format agreed(Format format, SepLine line) throws BadHeaderException {
            if (format.delimiterGiven() && format.delimiter() != line.delimiter()) {
                throw new BadHeaderException("its first line, sep=" + shown(line.delimiter())
                        + ", declares the delimiter " + quoted(line.delimiter()) + ", but \"delimiter\" is "
                        + quoted(format.delimiter())
                        + ". Omit \"delimiter\" to use the one in the file, or remove the line");
            }
            return format.withDelimiter(line.delimiter());
        }

        /**
         * Checks the delimiter in a first record that is an item. Ignores an open quotation mark, with which the job
         * will fail.
         */
        private void refuseOtherDelimiters(LineSource records, long position, Format format, int wanted)
                throws IOException {
            try {
                Items items = records.read(1);
                if (items.count() > 0) {
                    refuseOtherDelimiters(items.get(0), position, format, wanted);
                }
            } catch (OpenQuoteException e) {
                // the job will fail there
            }
        }

        /**
         * Refuses an input that has one field per record only because its delimiter is another one. The client can name
         * the delimiter to avoid this check.
         *
         * @param wanted number of fields required with the other delimiter; 0 for any number above 1
         */
        private void refuseOtherDelimiters(Item first, long position, Format format, int wanted) throws IOException {
            int fields = OtherDelimiter.fields(first, format);
            if (fields > 1 || first.cut()) {
                return;
            }
            String now = fields == 1
                    ? "its first record has 1 field with the delimiter " + quoted(format.delimiter())
                    : "its first record cannot be parsed with the delimiter " + quoted(format.delimiter());
            for (char other : OtherDelimiter.COMMON) {
                Format instead = format.withDelimiter(other);
                int found = OtherDelimiter.hasByte(first, other)
                        ? new OtherDelimiter(records(position, instead), instead).fields()
                        : 0;
                if (found > 1 && (wanted == 0 || found == wanted)) {
                    throw new BadHeaderException(now + ", but " + found + " fields with the delimiter " + quoted(other)
                            + ". Send \"delimiter\": "
                            + quoted(other)
                            + " (run: --delimiter " + (other == '\t' ? "$'\\t'" : "'" + other + "'")
                            + "), or \"delimiter\": " + quoted(format.delimiter())
                            + " if the file really has one column");
                }
            }
        }

        private List<String> fields(Item record, Format format) throws BadHeaderException {
            if (record.cut()) {
                throw unusable(
                        format,
                        ": it is longer than " + maxBytes + " bytes"
                                + (maxBytes < MAX_BYTES ? " (--max-item-bytes)" : ", the maximum for a header"));
            }
            if (OtherDelimiter.delimiters(record, format.delimiter()) >= FieldNames.MAX_FIELDS) {
                throw unusable(format, ": it has more than " + FieldNames.MAX_FIELDS + " fields");
            }
            CsvFields fields = new CsvFields(format);
            ItemFailure failure = fields.take(record);
            if (failure != null) {
                String sentence = failure.message();
                throw unusable(format, ". " + sentence.substring(0, sentence.length() - 1));
            }
            return fields.values();
        }

        private static BadHeaderException unusable(Format format, String why) {
            String what = format.names() instanceof FieldNames.Numbered
                    ? "the first record cannot be used to count the fields"
                    : "the header record cannot be used";
            return new BadHeaderException(what + why);
        }

        private static List<String> names(List<String> fields, Format format) throws BadHeaderException {
            boolean numbered = format.names() instanceof FieldNames.Numbered;
            Set<String> taken = new HashSet<>();
            if (!numbered) {
                refuseDuplicates(fields, format);
                taken.addAll(fields);
            }
            List<String> names = new ArrayList<>();
            for (int i = 0; i < fields.size(); i++) {
                String name = numbered ? "" : fields.get(i);
                if (name.isEmpty()) {
                    name = FieldNames.numbered(i + 1);
                    while (!taken.add(name)) {
                        name += "_";
                    }
                }
                names.add(name);
            }
            return List.copyOf(names);
        }

        private static void refuseDuplicates(List<String> fields, Format format) throws BadHeaderException {
            Map<String, Integer> positions = new HashMap<>();
            for (int i = 0; i < fields.size(); i++) {
                String name = fields.get(i);
                Integer before = name.isEmpty() ? null : positions.putIfAbsent(name, i + 1);
                if (before != null) {
                    throw unusable(
                            format,
                            ": fields " + before + " and " + (i + 1) + " are both named \""
                                    + (name.length() > 100 ? name.substring(0, 90) + "\u2026" : name)
                                    + "\". Name the fields yourself with \"header\": [\u2026] (run: --csv-header) and "
                                    + "skip this record with \"skipRecords\": " + (format.skipRecords() + 1)
                                    + " (run: --csv-skip " + (format.skipRecords() + 1) + ")");
                }
            }
        }

        private static String quoted(char delimiter) {
            return "\"" + shown(delimiter) + "\"";
        }

        private static String shown(char delimiter) {
            return delimiter == '\t' ? "\\t" : String.valueOf(delimiter);
        }
    }

    /** The start of an input does not match the format. The message is shown to the client; it has no full stop. */
    public static final class BadHeaderException extends IOException {
        BadHeaderException(String why) {
            super(why);
        }
    }
}
