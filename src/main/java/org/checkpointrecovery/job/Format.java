package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/**
 * How an input is split into items. All parameters but the kind apply to {@link Kind#CSV} only.
 *
 * @param delimiter the character between fields, ASCII
 * @param delimiterGiven whether the delimiter is certain, because the client named it or the input was checked.
 *     Otherwise it is a default that the input may override
 * @param names the source of the field names
 * @param skipRecords number of records before the header, or before the first item if there is no header
 * @param quote the meaning of quotation marks
 */
public record Format(
        Kind kind, char delimiter, boolean delimiterGiven, FieldNames names, int skipRecords, Quote quote) {
    public static final char DEFAULT_DELIMITER = ',';
    public static final int MAX_SKIP_RECORDS = 1000;
    public static final Format LINES = of(Kind.LINES);

    public Format {
        requireNonNull(kind);
        requireNonNull(names);
        requireNonNull(quote);
        if (!isDelimiter(delimiter)) {
            throw new IllegalArgumentException("delimiter U+" + Integer.toHexString(delimiter));
        }
        if (skipRecords < 0 || skipRecords > MAX_SKIP_RECORDS) {
            throw new IllegalArgumentException("skipRecords " + skipRecords);
        }
    }

    /** Creates a format whose first record names the fields, with the client's delimiter. */
    public Format(Kind kind, char delimiter) {
        this(kind, delimiter, true, FieldNames.FIRST_RECORD, 0, Quote.DOUBLE);
    }

    /** Returns a format with default values. */
    public static Format of(Kind kind) {
        return new Format(kind, DEFAULT_DELIMITER, kind != Kind.CSV, FieldNames.FIRST_RECORD, 0, Quote.DOUBLE);
    }

    /** Whether a character is a valid delimiter: a tab, or a printable ASCII character other than a quotation mark. */
    public static boolean isDelimiter(char character) {
        return character == '\t' || (character >= ' ' && character < 0x7f && character != '"');
    }

    /** Whether a record may contain line ends, because quotation marks enclose fields. */
    public boolean isQuoted() {
        return kind == Kind.CSV && quote == Quote.DOUBLE;
    }

    /** Returns this format with a certain delimiter. */
    public Format withDelimiter(char certain) {
        return new Format(kind, certain, true, names, skipRecords, quote);
    }

    public Format withNames(FieldNames others) {
        return new Format(kind, delimiter, delimiterGiven, others, skipRecords, quote);
    }

    public Format withSkipRecords(int records) {
        return new Format(kind, delimiter, delimiterGiven, names, records, quote);
    }

    public Format withQuote(Quote other) {
        return new Format(kind, delimiter, delimiterGiven, names, skipRecords, other);
    }

    /** The meaning of a quotation mark in a CSV record. */
    public enum Quote implements Named {
        /** It encloses a field, and two of them stand for one within the field (RFC 4180). */
        DOUBLE,
        /** It is an ordinary character, and each line is a record. */
        NONE
    }

    /** The kind of items in an input. */
    public enum Kind implements Named {
        /** One item per line, stripped; blank lines are not items. */
        LINES,
        /** One item per line, unchanged; blank lines are items too. */
        RAW_LINES,
        /** One JSON value per line, stripped; blank lines are not items. */
        JSONL,
        /** RFC 4180 records with named fields: each item is an object of its fields. */
        CSV;

        /** Whether an item is a JSON value, not plain text. */
        public boolean isJson() {
            return this == JSONL || this == CSV;
        }
    }
}
