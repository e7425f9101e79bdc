package org.checkpointrecovery.item;

import java.io.IOException;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/** Checks whether the records of an input would have several fields with another delimiter. */
final class OtherDelimiter {
    /** Common delimiters other than the comma. */
    static final char[] COMMON = {';', '\t', '|'};

    /**
     * A header with one field may contain another delimiter in its name; the following records contain it only by
     * chance.
     */
    private static final int RECORDS_LOOKED_AT = 5;

    private final LineSource records;
    private final Format format;

    /** @param records from the first one on */
    OtherDelimiter(LineSource records, Format format) {
        this.records = records;
        this.format = format;
    }

    /** Returns the number of fields of the first record; 0 if the following records contradict the delimiter. */
    int fields() throws IOException {
        try {
            int first = nextFields();
            if (first < 2) {
                return 0;
            }
            boolean others = false;
            for (int looked = 0; looked < RECORDS_LOOKED_AT; looked++) {
                int next = nextFields();
                if (next >= 2) {
                    return first;
                }
                others |= next > 0;
            }
            return others ? 0 : first;
        } catch (OpenQuoteException e) {
            return 0;
        }
    }

    /** Returns the number of fields of the next record; 0 if there is none, or it is invalid. */
    private int nextFields() throws IOException {
        Items items = records.read(1);
        return items.count() == 0 ? 0 : fields(items.get(0), format);
    }

    static int fields(Item record, Format format) {
        if (record.cut()) {
            return 0;
        }
        CsvFields fields = new CsvFields(format);
        @Nullable Object failure = fields.take(record);
        return failure == null ? fields.values().size() : 0;
    }

    static boolean hasByte(Item record, char delimiter) {
        return delimiters(record, delimiter) > 0;
    }

    /** Counts the delimiters of a record, quoted or not. */
    static int delimiters(Item record, char delimiter) {
        int count = 0;
        for (int at = record.start(); at < record.end(); at++) {
            if (record.bytes()[at] == delimiter) {
                count++;
            }
        }
        return count;
    }
}
