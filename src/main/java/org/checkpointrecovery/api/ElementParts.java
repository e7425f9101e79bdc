package org.checkpointrecovery.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Converts lines to one JSON array. Each line is one JSON value without line feeds. */
final class ElementParts implements Parts {
    private final Parts lines;
    private boolean begun;
    private boolean lineEnded;
    private boolean ended;

    /** @param lines closed with this object */
    ElementParts(Parts lines) {
        this.lines = lines;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        if (ended) {
            return null;
        }
        ByteArrayOutputStream part = new ByteArrayOutputStream(PART_BYTES + PART_BYTES / 4);
        if (!begun) {
            begun = true;
            part.write('[');
        }
        byte[] more = lines.next();
        if (more == null) {
            ended = true;
            part.write(']');
        } else {
            elements(more, part);
        }
        return part.toByteArray();
    }

    /** Writes the separator before an element, because its end does not show whether another one follows. */
    private void elements(byte[] bytes, ByteArrayOutputStream part) {
        int written = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (lineEnded) { // everything before it is written
                part.write(',');
                part.write('\n');
                lineEnded = false;
            }
            if (bytes[at] == '\n') {
                part.write(bytes, written, at - written);
                written = at + 1;
                lineEnded = true;
            }
        }
        part.write(bytes, written, bytes.length - written);
    }

    @Override
    public void close() {
        lines.close();
    }
}
