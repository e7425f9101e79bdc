package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** A program that runs. Its standard error is drained all the time; the end of it is kept. */
final class Child {
    private static final int ERROR_BYTES = 2 * 1024;
    private static final long LEFTOVER_MILLIS = 500;

    private final Process process;
    private final Tail errors = new Tail(ERROR_BYTES);
    private final Thread drain;

    Child(Process process) {
        this.process = process;
        drain = new Thread(() -> errors.readAll(process.getErrorStream()), "command-errors");
        drain.setDaemon(true);
        drain.start();
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    InputStream output() {
        return process.getInputStream();
    }

    /** Kills it, with all that it has started. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Waits for its end, and returns its exit code. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** Kills it and waits until it is gone. */
    void end() {
        kill();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        closeQuietly(process.getOutputStream());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // nobody is there to read what was left in it
        }
    }

    /** How it ended, or was ended, with the end of what it wrote to standard error, for a message. */
    String ending() throws InterruptedException {
        // One that is about to end is not killed, because that would cut off what it says.
        if (!process.waitFor(LEFTOVER_MILLIS, TimeUnit.MILLISECONDS)) {
            kill();
        }
        int code = process.waitFor();
        // What it started and left behind may keep the stream open.
        drain.join(LEFTOVER_MILLIS);
        String said = errors.text();
        return "with exit code " + code + (said.isEmpty() ? " and nothing on standard error" : ": " + said);
    }
}
