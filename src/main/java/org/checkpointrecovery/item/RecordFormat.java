package org.checkpointrecovery.item;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.checkpointrecovery.description.FormatDescription;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/** What is special about a format: its options, where a record ends, what precedes the items, how an item is decoded. */
public enum RecordFormat {
    LINES(Format.Kind.LINES, "One item per line, stripped; blank lines are not items.") {
        @Override
        boolean strips() {
            return true;
        }
    },
    RAW_LINES(Format.Kind.RAW_LINES, "One item per line, unchanged; blank lines are items too.") {
        @Override
        boolean skipsByteOrderMark() {
            return false;
        }

        @Override
        boolean skipsBlank(boolean copies) {
            return false;
        }
    },
    JSONL(Format.Kind.JSONL, "One JSON value per line, stripped; blank lines are not items.") {
        @Override
        boolean strips() {
            return true;
        }

        @Override
        ItemDecoder decoder(Format format, @Nullable CsvHeader header) {
            return new JsonLine();
        }
    },
    CSV(Format.Kind.CSV, "RFC 4180 records with named fields; each item is an object of its fields.", CsvOptions.ALL) {
        @Override
        public Format read(ObjectNode given, Report report) {
            return CsvOptions.read(given, report);
        }

        @Override
        boolean skipsBlank(boolean copies) {
            return true; // no record is an empty line
        }

        @Override
        public Optional<CsvHeader> header(Opening input, LineSource.Lines lines, boolean copies) throws IOException {
            return CsvHeader.read(input.open(), lines, copies);
        }

        @Override
        public long firstByteWithoutHeader(LineSource.Lines lines) {
            return lines.endBytes();
        }

        @Override
        RecordEnds ends(Format format) {
            return format.isQuoted() ? new CsvEnds(format.delimiter()) : super.ends(format);
        }

        @Override
        ItemDecoder decoder(Format format, @Nullable CsvHeader header) {
            return header == null ? super.decoder(format, null) : new CsvObject(header, format);
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // a description of immutable parts
    private final FormatDescription description;

    RecordFormat(Format.Kind kind, String help) {
        this(kind, help, List.of());
    }

    RecordFormat(Format.Kind kind, String help, List<Option> options) {
        this.description = new FormatDescription(kind, help, options);
    }

    public static RecordFormat of(Format format) {
        return of(format.kind());
    }

    public static RecordFormat of(Format.Kind kind) {
        return switch (kind) {
            case LINES -> LINES;
            case RAW_LINES -> RAW_LINES;
            case JSONL -> JSONL;
            case CSV -> CSV;
        };
    }

    /** Returns the descriptions of all formats, in the order in which they are shown. */
    public static List<FormatDescription> descriptions() {
        return Stream.of(values()).map(format -> format.description).toList();
    }

    /**
     * Reads the options of this format. Reports every problem; after one, the value must not be used.
     *
     * @param given an object that may have other fields too
     */
    public Format read(ObjectNode given, Report report) {
        return Format.of(description.kind());
    }

    /**
     * Defines the items of an input in this format.
     *
     * @param asSent whether a byte order mark is part of the first item
     * @param copies whether the items were copied from another input, so that each line is one
     */
    public LineSource.Lines lines(Format format, long endBytes, int maxItemBytes, boolean asSent, boolean copies) {
        return new LineSource.Lines(
                endBytes, maxItemBytes, format, !asSent && skipsByteOrderMark(), skipsBlank(copies));
    }

    /** Opens the input. */
    public interface Opening {
        SeekableByteChannel open() throws IOException;
    }

    /**
     * Reads what precedes the items and names their fields; empty if nothing does.
     *
     * @throws CsvHeader.BadHeaderException if the start of the input does not match the format
     */
    public Optional<CsvHeader> header(Opening input, LineSource.Lines lines, boolean copies) throws IOException {
        return Optional.empty();
    }

    /** Returns where the first item of an input without a header may start. */
    public long firstByteWithoutHeader(LineSource.Lines lines) {
        return 0;
    }

    boolean strips() {
        return false;
    }

    boolean skipsByteOrderMark() {
        return true;
    }

    boolean skipsBlank(boolean copies) {
        return !copies;
    }

    RecordEnds ends(Format format) {
        return new LineEnds();
    }

    /** @param header null if the input has none, and so no items */
    ItemDecoder decoder(Format format, @Nullable CsvHeader header) {
        return new PassThrough();
    }
}
