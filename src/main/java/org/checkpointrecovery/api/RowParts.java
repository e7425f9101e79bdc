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

/** A JSON object with one list of any length. Elements are produced when they are sent; a large one is kept in a file. */
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
     * An element of the list. Elements that are refused are left out.
     *
     * @param large whether producing it needs much memory
     */
    record Row(Answers.Writer writer, boolean large) {}

    /**
     * @param start the start of the object, up to the opening bracket of the list
     * @param end the end of the object, from the closing bracket of the list
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

    /** Produces as many rows as fit into a part, or one large row. */
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
                return; // it is produced on another thread
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
            // just deleted
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
