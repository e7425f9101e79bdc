package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/**
 * How an input is cut into items.
 *
 * @param delimiter what stands between the fields of a {@link Kind#CSV} record, one ASCII character; of no meaning elsewhere
 */
public record Format(Kind kind, char delimiter) {
    public static final char DEFAULT_DELIMITER = ',';
    public static final Format LINES = new Format(Kind.LINES, DEFAULT_DELIMITER);

    public Format {
        requireNonNull(kind);
        if (!isDelimiter(delimiter)) {
            throw new IllegalArgumentException("delimiter U+" + Integer.toHexString(delimiter));
        }
    }

    /** Whether a character can stand between fields: a tab, or one that is printed and is no quotation mark. */
    public static boolean isDelimiter(char character) {
        return character == '\t' || (character >= ' ' && character < 0x7f && character != '"');
    }

    /** What a record of the input is. */
    public enum Kind implements Named {
        /** One item a line, stripped; blank lines are not items. */
        LINES,
        /** One item a line, as it is; a blank line is an item too. */
        RAW_LINES,
        /** One JSON value a line, stripped; blank lines are not items. */
        JSONL,
        /** One record of RFC 4180 after the first, which names the fields: an item is an object of them. */
        CSV;

        /** Whether an item is a JSON value, not mere text. */
        public boolean isJson() {
            return this == JSONL || this == CSV;
        }
    }
}
