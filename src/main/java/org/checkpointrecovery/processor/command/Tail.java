package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Keeps the last bytes of a stream. Thread-safe. */
final class Tail {
    private final byte[] kept; // guarded by this, as all below; a ring buffer
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
            // the program has exited, and its last output is lost
        }
    }

    private synchronized void add(byte[] buffer, int count) {
        for (int i = Math.max(0, count - kept.length); i < count; i++) {
            kept[(int) ((seen + i) % kept.length)] = buffer[i];
        }
        seen += count;
    }

    /** Returns the text on one line, without control characters; bytes that are not UTF-8 show as U+FFFD. */
    synchronized String text() {
        int count = (int) Math.min(seen, kept.length);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = kept[(int) ((seen - count + i) % kept.length)];
        }
        int start = 0;
        while (seen > count && start < Math.min(3, count) && (bytes[start] & 0xc0) == 0x80) {
            start++; // the rest of a cut character
        }
        String text = new String(Arrays.copyOfRange(bytes, start, count), StandardCharsets.UTF_8);
        return text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    }
}
