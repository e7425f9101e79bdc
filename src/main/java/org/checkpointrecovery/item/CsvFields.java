package org.checkpointrecovery.item;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/** Splits CSV records into fields. Not thread-safe. */
final class CsvFields {
    private final StrictUtf8 utf8 = new StrictUtf8();
    private final char delimiter;
    private final boolean quoted;
    private final CsvEnds ends;
    private final CsvReader.CsvReaderBuilder readers;
    private List<String> values = List.of();
    private long lines;

    CsvFields(Format format) {
        delimiter = format.delimiter();
        quoted = format.isQuoted();
        ends = new CsvEnds(delimiter);
        readers = CsvReader.builder().fieldSeparator(delimiter).skipEmptyLines(false);
    }

    /** Parses a record. Returns null if {@link #values} now has its fields, otherwise the failure. */
    @Nullable
    ItemFailure take(Item raw) {
        ItemFailure notUtf8 = utf8.decode(raw);
        if (notUtf8 != null) {
            return notUtf8;
        }
        if (!quoted) {
            return split(utf8.text().toString());
        }
        lines = 1L + LineEnds.count(raw.bytes(), raw.start(), raw.end());
        ends.begin();
        ends.find(raw.bytes(), raw.start(), raw.end());
        if (ends.isQuoted()) {
            return bad("A quotation mark in the record is never closed. Close it and submit the input again.");
        }
        Collected collected = new Collected();
        int records = 0;
        try {
            for (Integer fields : readers.build(collected, utf8.text().toString())) {
                records += Math.min(1, fields);
            }
        } catch (CsvParseException e) {
            return bad("The record has text after the closing quotation mark of field " + (collected.values.size() + 1)
                    + ".");
        }
        if (records != 1) {
            return bad("The record has a carriage return outside quotation marks. Remove it, or quote the field.");
        }
        values = collected.values;
        return null;
    }

    /** Splits a record in which quotation marks are ordinary characters. */
    private @Nullable ItemFailure split(String record) {
        lines = 1;
        if (record.indexOf('\r') >= 0) {
            return bad("The record has a carriage return before its end. Remove it and submit the input again.");
        }
        List<String> split = new ArrayList<>();
        int from = 0;
        for (int at = record.indexOf(delimiter); at >= 0; at = record.indexOf(delimiter, from)) {
            split.add(record.substring(from, at));
            from = at + 1;
        }
        split.add(record.substring(from));
        values = split;
        return null;
    }

    List<String> values() {
        return values;
    }

    /**
     * Returns a failure of the current record. The message mentions if the record spans several lines, because one
     * stray quotation mark can cause that.
     */
    ItemFailure bad(String message) {
        return new ItemFailure(ItemErrorCode.BAD_CSV_RECORD, message + TooLong.linesHeld(lines));
    }

    /** Collects the fields of a record. */
    private static final class Collected extends AbstractBaseCsvCallbackHandler<Integer> {
        private final List<String> values = new ArrayList<>();

        @Override
        protected void handleField(int number, char[] buffer, int offset, int length, boolean quoted) {
            values.add(new String(buffer, offset, length));
        }

        @Override
        protected Integer buildRecord() {
            return getFieldCount();
        }
    }
}
