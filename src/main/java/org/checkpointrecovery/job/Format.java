package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/**
 * How an input is cut into items. All but the kind has a meaning for {@link Kind#CSV} only.
 *
 * @param delimiter what stands between the fields of a record, one ASCII character
 * @param delimiterGiven whether the delimiter is certain: the client named it, or the input was looked at. Otherwise it is a
 *     default that the input may overrule
 * @param names where the fields get their names
 * @param skipRecords how many records stand before the header, or before the first item where there is none
 * @param quote what a quotation mark means
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

    /** A format whose first record names the fields, with the delimiter that the client named. */
    public Format(Kind kind, char delimiter) {
        this(kind, delimiter, true, FieldNames.FIRST_RECORD, 0, Quote.DOUBLE);
    }

    /** A format with nothing but defaults. */
    public static Format of(Kind kind) {
        return new Format(kind, DEFAULT_DELIMITER, kind != Kind.CSV, FieldNames.FIRST_RECORD, 0, Quote.DOUBLE);
    }

    /** Whether a character can stand between fields: a tab, or one that is printed and is no quotation mark. */
    public static boolean isDelimiter(char character) {
        return character == '\t' || (character >= ' ' && character < 0x7f && character != '"');
    }

    /** Whether a record may hold line ends, because quotation marks enclose fields. */
    public boolean isQuoted() {
        return kind == Kind.CSV && quote == Quote.DOUBLE;
    }

    /** This format with a delimiter that is certain. */
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

    /** What a quotation mark means in a record of CSV. */
    public enum Quote implements Named {
        /** It encloses a field, and two of them stand for one within it: RFC 4180. */
        DOUBLE,
        /** It is a character like any other, and a record is a line. */
        NONE
    }

    /** What a record of the input is. */
    public enum Kind implements Named {
        /** One item a line, stripped; blank lines are not items. */
        LINES,
        /** One item a line, as it is; a blank line is an item too. */
        RAW_LINES,
        /** One JSON value a line, stripped; blank lines are not items. */
        JSONL,
        /** One record of RFC 4180, whose fields have names: an item is an object of them. */
        CSV;

        /** Whether an item is a JSON value, not mere text. */
        public boolean isJson() {
            return this == JSONL || this == CSV;
        }
    }
}
