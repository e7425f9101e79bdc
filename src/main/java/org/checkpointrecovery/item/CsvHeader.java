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
        try (LineSource records = new LineSource(channel, lines, 0, 0)) {
            Items items = records.read(1);
            if (items.count() == 0) {
                return Optional.empty();
            }
            Item first = items.get(0);
            if (first.cut()) {
                throw new BadHeaderException("it is longer than " + lines.maxItemBytes() + " bytes (--max-item-bytes)");
            }
            CsvFields fields = new CsvFields(lines.format().delimiter());
            ItemFailure failure = fields.take(first);
            if (failure != null) {
                throw new BadHeaderException(failure);
            }
            byte[] raw = Arrays.copyOfRange(first.bytes(), first.start(), first.end());
            return Optional.of(new CsvHeader(checked(fields.values()), raw, items.nextBytes()));
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
