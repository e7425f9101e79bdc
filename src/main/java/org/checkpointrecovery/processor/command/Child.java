package org.checkpointrecovery.processor.command;

import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs; where the machine has {@code setsid}, as the leader of a process group of its own. Its output
 * and its standard error are drained all the time, so that nobody waits for a stream that something else keeps open;
 * the end of standard error is kept.
 */
final class Child {
    private static final int ERROR_BYTES = 2 * 1024;
    private static final long LEFTOVER_MILLIS = 500;

    private final Process process;
    private final Output output;
    private final Tail errors = new Tail(ERROR_BYTES);
    private final Thread drain;

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    Child(Process process) {
        this.process = process;
        output = new Output(process.getInputStream());
        drain = new Thread(() -> errors.readAll(process.getErrorStream()), "command-errors");
        drain.setDaemon(true);
        drain.start();
        process.onExit().thenRun(() -> {
            ProcessGroup.kill(process.pid()); // what it leaves behind would keep its output open
            output.endAfter(LEFTOVER_MILLIS);
        });
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    Output output() {
        return output;
    }

    /** Kills it, with all that it has started. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        if (process.isAlive()) { // else its end has seen to its group
            process.destroyForcibly();
            ProcessGroup.kill(process.pid());
        }
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
        output.end();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a thread that works for this program, but not for long: something else may keep it. */
    static void joinBriefly(Thread thread) throws InterruptedException {
        thread.join(LEFTOVER_MILLIS);
    }

    /** How it ended, or was ended, with the end of what it wrote to standard error, for a message. */
    String ending() throws InterruptedException {
        // One that is about to end is not killed, because that would cut off what it says.
        if (!process.waitFor(LEFTOVER_MILLIS, TimeUnit.MILLISECONDS)) {
            kill();
        }
        int code = process.waitFor();
        joinBriefly(drain);
        String said = errors.text();
        return "with exit code " + code + (said.isEmpty() ? " and nothing on standard error" : ": " + said);
    }
}
