package org.checkpointrecovery.processor.command;

import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * A running program; the leader of its own process group if the machine has {@code setsid}. Its standard output and
 * error are always drained, so that nobody waits for a stream that another process keeps open. The end of standard
 * error is kept.
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
            ProcessGroup.kill(process.pid()); // leftover processes would keep its output open
            output.endAfter(LEFTOVER_MILLIS);
        });
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    Output output() {
        return output;
    }

    /** Kills the program and all processes that it has started. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        if (process.isAlive()) { // otherwise its exit has killed its group
            process.destroyForcibly();
            ProcessGroup.kill(process.pid());
        }
    }

    /** Waits for the exit, and returns the exit code. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** Kills the program and waits until it has exited. */
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

    /** Waits briefly for a thread of this program, which another process may block. */
    static void joinBriefly(Thread thread) throws InterruptedException {
        thread.join(LEFTOVER_MILLIS);
    }

    /** Describes for a message how the program ended, with the end of its standard error. */
    String ending() throws InterruptedException {
        // A program that is about to exit is not killed, because that would cut off its output.
        if (!process.waitFor(LEFTOVER_MILLIS, TimeUnit.MILLISECONDS)) {
            kill();
        }
        int code = process.waitFor();
        joinBriefly(drain);
        String said = errors.text();
        return "with exit code " + code + (said.isEmpty() ? " and nothing on standard error" : ": " + said);
    }
}
