package org.checkpointrecovery.processor.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ThreadedProcessor;
import org.checkpointrecovery.processor.Work;

/**
 * Starts a process for each item: it reads the item from standard input and writes the result to standard output. The
 * item fails if the exit code is not 0. The environment variables {@code JOB_ID} and {@code ITEM_INDEX} identify the
 * item.
 */
final class ItemCalls implements ThreadedProcessor.Handler {
    private final Launch launch;
    private final KillSwitch killSwitch = new KillSwitch();

    ItemCalls(Launch launch) {
        this.launch = launch;
    }

    @Override
    public Answer process(Work work) throws InterruptedException {
        Child started;
        try {
            started = launch.start(Map.of("JOB_ID", work.job().value(), "ITEM_INDEX", String.valueOf(work.index())));
        } catch (IOException e) {
            return CommandAnswers.notStarted(launch.name(), e, 1);
        }
        killSwitch.guard(started);
        try {
            Thread feed = feed(started, work.item());
            byte[] output = readAll(started.output());
            int code = started.await();
            Child.joinBriefly(feed);
            return code == 0
                    ? CommandAnswers.succeeded(work.index(), 1, output)
                    : CommandAnswers.failed(launch.name(), "ended " + started.ending(), 1);
        } catch (CommandAnswers.TooLargeException e) {
            return CommandAnswers.tooLarge(launch.name(), 1);
        } finally {
            killSwitch.release();
            started.end();
        }
    }

    private static byte[] readAll(Output output) throws InterruptedException, CommandAnswers.TooLargeException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8 * 1024];
        for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
            all.write(buffer, 0, count);
            if (all.size() > CommandAnswers.MAX_OUTPUT_BYTES) {
                throw new CommandAnswers.TooLargeException();
            }
        }
        return all.toByteArray();
    }

    /**
     * Writes the item on another thread than the reading one, because a program may answer before it has read
     * everything.
     */
    private static Thread feed(Child started, byte[] item) {
        Thread feed = new Thread(
                () -> {
                    try (OutputStream input = started.input()) {
                        input.write(item);
                    } catch (IOException e) {
                        // the program did not read everything; its exit code says whether that is a failure
                    }
                },
                "command-input");
        feed.setDaemon(true);
        feed.start();
        return feed;
    }

    @Override
    public void cancel() {
        killSwitch.use();
    }

    @Override
    public void close() {
        // a process ends with its item
    }
}
