package org.checkpointrecovery.processor.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ThreadedProcessor;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uses one process for many items: it answers each line with one line. If it dies, its current item is retried once on
 * a new process, and then fails.
 */
final class StreamCalls implements ThreadedProcessor.Handler {
    private static final Logger log = LoggerFactory.getLogger(StreamCalls.class);
    private static final int MAX_ATTEMPTS = 2;

    private final Launch launch;
    private final KillSwitch killSwitch = new KillSwitch();
    private @Nullable Child child;
    /** Unused bytes read from the current child. */
    private final byte[] buffer = new byte[8 * 1024];

    private int next;
    private int filled;

    StreamCalls(Launch launch) {
        this.launch = launch;
    }

    /** The process has exited, or its output is invalid. */
    private static final class ChildLostException extends IOException {
        ChildLostException(String message) {
            super(message);
        }
    }

    @Override
    public Answer process(Work work) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Child now = null;
            try {
                now = running();
                killSwitch.guard(now);
                write(now, work.item());
                return CommandAnswers.succeeded(work.index(), attempt, readLine(now.output()));
            } catch (CommandAnswers.TooLargeException e) {
                drop();
                return CommandAnswers.tooLarge(launch.name(), attempt);
            } catch (IOException e) {
                Answer answer = now == null
                        ? CommandAnswers.notStarted(launch.name(), e, attempt)
                        : CommandAnswers.failed(launch.name(), died(now, e), attempt);
                drop();
                if (answer instanceof Answer.GivenUp || killSwitch.isUsed() || attempt == MAX_ATTEMPTS) {
                    return answer;
                }
            }
        }
    }

    private static String died(Child now, IOException e) throws InterruptedException {
        return "did not answer (" + e.getMessage() + ") and ended " + now.ending();
    }

    /** Returns the process, starting one if there is none or if the current one wrote extra output. */
    private Child running() throws IOException {
        Child now = child;
        if (now != null && (next < filled || now.output().available() > 0)) {
            // Its next line would be mistaken for the answer to another item.
            log.warn("The command \"{}\" wrote more than one line for an item. It was restarted.", launch.name());
            drop();
            now = null;
        }
        if (now == null) {
            now = launch.start(Map.of());
            child = now;
            next = 0;
            filled = 0;
        }
        return now;
    }

    private static void write(Child now, byte[] item) throws IOException {
        OutputStream input = now.input();
        input.write(item);
        input.write('\n');
        input.flush();
    }

    private byte[] readLine(Output output) throws IOException, InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            for (int at = next; at < filled; at++) {
                if (buffer[at] == '\n') {
                    line.write(buffer, next, at + 1 - next);
                    next = at + 1;
                    return line.toByteArray();
                }
            }
            line.write(buffer, next, filled - next);
            if (line.size() > CommandAnswers.MAX_OUTPUT_BYTES) {
                throw new CommandAnswers.TooLargeException();
            }
            next = 0;
            filled = Math.max(0, output.read(buffer)); // 0 at the end
            if (filled == 0) {
                throw new ChildLostException("end of output");
            }
        }
    }

    private void drop() {
        Child now = child;
        child = null;
        killSwitch.release();
        if (now != null) {
            now.end();
        }
    }

    @Override
    public void cancel() {
        killSwitch.use();
    }

    @Override
    public void close() {
        drop();
    }
}
