package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The end of what a stream has given. Thread-safe. */
final class Tail {
    private final byte[] kept; // guarded by this, as all below; a ring
    private long seen;

    Tail(int bytes) {
        kept = new byte[bytes];
    }

    void readAll(InputStream stream) {
        byte[] buffer = new byte[8 * 1024];
        try (stream) {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                add(buffer, count);
            }
        } catch (IOException e) {
            // the program is gone, and what it said last with it
        }
    }

    private synchronized void add(byte[] buffer, int count) {
        for (int i = Math.max(0, count - kept.length); i < count; i++) {
            kept[(int) ((seen + i) % kept.length)] = buffer[i];
        }
        seen += count;
    }

    /** The text on one line, without characters for control; bytes that are not UTF-8 show as U+FFFD. */
    synchronized String text() {
        int count = (int) Math.min(seen, kept.length);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = kept[(int) ((seen - count + i) % kept.length)];
        }
        int start = 0;
        while (seen > count && start < Math.min(3, count) && (bytes[start] & 0xc0) == 0x80) {
            start++; // the rest of a character that was cut in two
        }
        String text = new String(Arrays.copyOfRange(bytes, start, count), StandardCharsets.UTF_8);
        return text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    }
}
