package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.storage.Spool;
import org.checkpointrecovery.storage.Spools;
import org.jspecify.annotations.Nullable;

/** A JSON object with one list of any length. Its elements are made when they are sent; a large one waits in a file. */
final class RowParts implements Parts {
    private final Spools spools;
    private final Deque<Row> rows;
    private final String end;
    private String pending;
    private boolean separated = true;
    private @Nullable Spool current;
    private long position;
    private boolean ended;

    /**
     * An element of the list. One that is refused is left out.
     *
     * @param large whether it takes much memory to make it
     */
    record Row(Answers.Writer writer, boolean large) {}

    /**
     * @param start of the object, to the bracket that opens the list
     * @param end of the object, from the bracket that closes the list
     */
    RowParts(Spools spools, String start, List<Row> rows, String end) {
        this.spools = spools;
        this.rows = new ArrayDeque<>(rows);
        this.end = end;
        this.pending = start;
    }

    @Override
    public boolean isNextLarge() {
        Row next = rows.peek();
        return pending.isEmpty() && next != null && next.large() && isDrained();
    }

    @Override
    public boolean isAtEnd() {
        return ended && isDrained();
    }

    private boolean isDrained() {
        return current == null || position == current.length();
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        while (true) {
            if (current != null && !isDrained()) {
                byte[] part = current.read(position, PART_BYTES);
                position += part.length;
                return part;
            }
            close();
            if (ended) {
                return null;
            }
            fill();
        }
    }

    /** As many rows as a part has room for, or a large one. */
    private void fill() throws IOException {
        Spool spool = spools.begin();
        current = spool;
        position = 0;
        spool.write(pending.getBytes(UTF_8));
        boolean begins = !pending.isEmpty();
        pending = "";
        while (!rows.isEmpty() && spool.length() < PART_BYTES / 2) {
            boolean large = rows.element().large();
            if (large && (begins || spool.length() > 0)) {
                return; // it is made on another thread
            }
            append(rows.remove(), spool);
        }
        if (rows.isEmpty()) {
            spool.write(end.getBytes(UTF_8));
            ended = true;
        }
    }

    private void append(Row row, Spool spool) throws IOException {
        try (Spool made = spools.begin()) {
            Transfers.write(made, row.writer());
            spool.write((separated ? "" : ",").getBytes(UTF_8));
            separated = false;
            byte[] part = made.read(0, PART_BYTES);
            for (long at = part.length; part.length > 0; at += part.length) {
                spool.write(part, 0, part.length);
                part = made.read(at, PART_BYTES);
            }
        } catch (RefusedException e) {
            // it was deleted just now
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
