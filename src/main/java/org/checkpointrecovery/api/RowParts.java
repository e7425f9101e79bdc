package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Iterator;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.storage.Spool;
import org.checkpointrecovery.storage.Spools;
import org.jspecify.annotations.Nullable;

/** A JSON object with one list of any length. Of its elements one is made at a time; a large one waits in a file. */
final class RowParts implements Parts {
    private final Spools spools;
    private final Iterator<Answers.Writer> rows;
    private final String end;
    private @Nullable Spool current;
    private String separator;
    private long position;

    /**
     * @param start of the object, to the bracket that opens the list
     * @param rows one that is refused is left out
     * @param end of the object, from the bracket that closes the list
     */
    RowParts(Spools spools, String start, Iterator<Answers.Writer> rows, String end) {
        this.spools = spools;
        this.rows = rows;
        this.end = end;
        this.current = spools.begin();
        this.separator = start;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        while (current != null) {
            byte[] part = current.read(position, PART_BYTES);
            if (part.length > 0) {
                position += part.length;
                return part;
            }
            current.close();
            current = fill();
            position = 0;
        }
        return null;
    }

    /** As many rows as a part has room for, or a large one; null after the end. */
    private @Nullable Spool fill() throws IOException {
        if (separator.isEmpty()) {
            return null;
        }
        Spool spool = spools.begin();
        boolean filled = false;
        try {
            while (rows.hasNext() && spool.length() < PART_BYTES / 2) {
                Spool row = row(rows.next());
                if (row == null) {
                    continue;
                }
                spool.write(separator.getBytes(UTF_8));
                separator = ",";
                try (row) {
                    append(row, spool);
                }
            }
            if (!rows.hasNext()) {
                spool.write(((separator.equals(",") ? "" : separator) + end).getBytes(UTF_8));
                separator = "";
            }
            filled = true;
            return spool;
        } finally {
            if (!filled) {
                spool.close();
            }
        }
    }

    private @Nullable Spool row(Answers.Writer writer) throws IOException {
        Spool row = spools.begin();
        boolean written = false;
        try {
            Transfers.write(row, writer);
            written = true;
            return row;
        } catch (RefusedException e) {
            return null; // it was deleted just now
        } finally {
            if (!written) {
                row.close();
            }
        }
    }

    private static void append(Spool from, Spool to) throws IOException {
        byte[] part = from.read(0, PART_BYTES);
        for (long position = 0; part.length > 0; part = from.read(position, PART_BYTES)) {
            to.write(part, 0, part.length);
            position += part.length;
        }
    }

    @Override
    public void close() {
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
