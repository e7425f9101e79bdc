package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.io.InputStream;

/**
 * The standard output of a program. A separate thread reads it, because a program may leave another process behind that
 * keeps the stream open, and a read would block as long as that lives. Used by one reader.
 */
final class Output {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final byte[] buffer = new byte[BUFFER_BYTES]; // guarded by this, as all below
    private int filled;
    private boolean ended;
    private long deadline;
    private boolean hasDeadline;

    Output(InputStream stream) {
        Thread pump = new Thread(() -> pump(stream), "command-output");
        pump.setDaemon(true);
        pump.start();
    }

    private void pump(InputStream stream) {
        byte[] chunk = new byte[8 * 1024];
        try (stream) {
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                if (!add(chunk, count)) {
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            // the program has exited
        } finally {
            end();
        }
    }

    /** Waits for room; false if nobody reads. */
    private synchronized boolean add(byte[] chunk, int count) throws InterruptedException {
        while (!ended && filled + count > buffer.length) {
            wait();
        }
        if (ended) {
            return false;
        }
        System.arraycopy(chunk, 0, buffer, filled, count);
        filled += count;
        notifyAll();
        return true;
    }

    /** Returns the number of bytes that can be read without waiting. */
    synchronized int available() {
        return filled;
    }

    /** Reads some bytes; -1 at the end. */
    synchronized int read(byte[] into) throws InterruptedException {
        while (filled == 0 && !ended) {
            if (!hasDeadline) {
                wait();
                continue;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                ended = true;
                notifyAll();
                break;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        if (filled == 0) {
            return -1;
        }
        int count = Math.min(into.length, filled);
        System.arraycopy(buffer, 0, into, 0, count);
        filled -= count;
        System.arraycopy(buffer, count, buffer, 0, filled);
        notifyAll();
        return count;
    }

    /** Ends the output after a delay, in which the rest of the ended program's output may arrive. */
    synchronized void endAfter(long millis) {
        deadline = System.nanoTime() + millis * 1_000_000;
        hasDeadline = true;
        notifyAll();
    }

    /** Ends the output. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }
}
