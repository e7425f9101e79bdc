package org.checkpointrecovery.item;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.checkpointrecovery.job.ItemFailure;

/** The first record of a CSV input: it names the fields of all others, and is no item. */
public final class CsvHeader {
    /** Each name takes many times its size in memory, for as long as a job runs. */
    static final int MAX_BYTES = 1024 * 1024;

    static final int MAX_FIELDS = 65_536;

    private final List<String> names;
    private final byte[] raw;
    private final long behindBytes;

    private CsvHeader(List<String> names, byte[] raw, long behindBytes) {
        this.names = names;
        this.raw = raw;
        this.behindBytes = behindBytes;
    }

    /**
     * Reads the header of an input.
     *
     * @param channel is closed
     * @return empty if the input has no record at all
     * @throws BadHeaderException if the first record cannot name the fields of others
     */
    public static Optional<CsvHeader> read(SeekableByteChannel channel, LineSource.Lines lines) throws IOException {
        int maxBytes = Math.min(lines.maxItemBytes(), MAX_BYTES);
        LineSource.Lines limited = new LineSource.Lines(
                lines.endBytes(), maxBytes, lines.format(), lines.skipByteOrderMark(), lines.skipBlank());
        try (LineSource records = new LineSource(channel, limited, 0, 0)) {
            Items items = records.read(1);
            if (items.count() == 0) {
                return Optional.empty();
            }
            Item first = items.get(0);
            if (first.cut()) {
                throw new BadHeaderException("it is longer than " + maxBytes + " bytes"
                        + (maxBytes < MAX_BYTES ? " (--max-item-bytes)" : ", the most that a header may have"));
            }
            refuseManyFields(first, lines.format().delimiter());
            CsvFields fields = new CsvFields(lines.format().delimiter());
            ItemFailure failure = fields.take(first);
            if (failure != null) {
                throw new BadHeaderException(failure);
            }
            byte[] raw = Arrays.copyOfRange(first.bytes(), first.start(), first.end());
            return Optional.of(new CsvHeader(checked(fields.values()), raw, items.nextBytes()));
        }
    }

    /** Delimiters within quotation marks count too. */
    private static void refuseManyFields(Item record, char delimiter) throws BadHeaderException {
        int delimiters = 0;
        for (int at = record.start(); at < record.end(); at++) {
            if (record.bytes()[at] == delimiter) {
                delimiters++;
            }
        }
        if (delimiters >= MAX_FIELDS) {
            throw new BadHeaderException("it has more than " + MAX_FIELDS + " fields");
        }
    }

    /** Whether a record goes on with whatever stands behind it, because a quotation mark is not closed. */
    public static boolean isOpen(String record, char delimiter) {
        byte[] utf8 = record.getBytes(StandardCharsets.UTF_8);
        CsvEnds ends = new CsvEnds(delimiter);
        ends.find(utf8, 0, utf8.length);
        return ends.isQuoted();
    }

    private static List<String> checked(List<String> names) throws BadHeaderException {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isEmpty()) {
                throw new BadHeaderException("field " + (i + 1) + " of " + names.size() + " has no name");
            }
            if (!seen.add(names.get(i))) {
                throw new BadHeaderException("two fields have the same name, the second one is field " + (i + 1));
            }
        }
        return List.copyOf(names);
    }

    /** The names of the fields, in their order: at least one, none of them empty, no two the same. */
    public List<String> names() {
        return names;
    }

    /** The record as it stands in the input, without its line end. */
    public byte[] raw() {
        return raw.clone();
    }

    /** The byte position in the input behind the header and its line end. */
    public long behindBytes() {
        return behindBytes;
    }

    /** The first record of an input cannot name the fields of the others. */
    public static final class BadHeaderException extends IOException {
        BadHeaderException(String why) {
            super("the first record, which names the fields, cannot be used: " + why);
        }

        BadHeaderException(ItemFailure failure) {
            super("the first record, which names the fields, cannot be used. " + withoutEnd(failure.message()));
        }

        private static String withoutEnd(String sentence) {
            return sentence.substring(0, sentence.length() - 1);
        }
    }
}
