package org.checkpointrecovery.item;

/**
 * Finds the ends of RFC 4180 records: line feeds outside quotation marks.
 *
 * <p>A quotation mark opens a quoted field only at the start of a field; within one, two of them stand for one. All
 * relevant characters are ASCII, so they can be found in UTF-8 byte by byte.
 */
final class CsvEnds implements RecordEnds {
    private enum Place {
        FIELD_START,
        UNQUOTED,
        QUOTED,
        /** After a quotation mark in a quoted field: its end, or the first of two. */
        AFTER_QUOTATION_MARK
    }

    private final byte delimiter;
    private Place place = Place.FIELD_START;

    CsvEnds(char delimiter) {
        this.delimiter = (byte) delimiter;
    }

    @Override
    public void begin() {
        place = Place.FIELD_START;
    }

    /** Whether a quoted field is open. */
    boolean isQuoted() {
        return place == Place.QUOTED;
    }

    /** Whether the next quotation mark belongs to a quoted field: it would not open one. */
    boolean isInQuotedField() {
        return place == Place.QUOTED || place == Place.AFTER_QUOTATION_MARK;
    }

    @Override
    public int find(byte[] bytes, int from, int to) {
        Place now = place;
        for (int at = from; at < to; at++) {
            byte next = bytes[at];
            if (now == Place.QUOTED) {
                now = next == '"' ? Place.AFTER_QUOTATION_MARK : Place.QUOTED;
            } else if (next == '\n') {
                place = Place.FIELD_START;
                return at;
            } else if (next == delimiter) {
                now = Place.FIELD_START;
            } else if (next == '"' && now != Place.UNQUOTED) {
                now = Place.QUOTED;
            } else {
                now = Place.UNQUOTED;
            }
        }
        place = now;
        return -1;
    }
}
