package org.checkpointrecovery.processor.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.Work;

/**
 * A process for each item: the item on its standard input, its result from its standard output, and failed if its exit code
 * is not 0. Its environment names the job and the item: {@code JOB_ID}, {@code ITEM_INDEX}.
 */
final class ItemCalls implements Calls {
    private final Launch launch;

    ItemCalls(Launch launch) {
        this.launch = launch;
    }

    @Override
    public Answer call(Work work, Limit limit) throws InterruptedException {
        Child started;
        try {
            started = launch.start(Map.of("JOB_ID", work.job().value(), "ITEM_INDEX", String.valueOf(work.index())));
        } catch (IOException e) {
            return CommandAnswers.notStarted(launch.name(), e, 1);
        }
        limit.guard(started);
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

    /** Beside the thread that reads: a program may answer before it has read all. */
    private static Thread feed(Child started, byte[] item) {
        Thread feed = new Thread(
                () -> {
                    try (OutputStream input = started.input()) {
                        input.write(item);
                    } catch (IOException e) {
                        // the program did not want all of it, and its exit code says whether that is right
                    }
                },
                "command-input");
        feed.setDaemon(true);
        feed.start();
        return feed;
    }

    @Override
    public void close() {
        // a process ends with its item
    }
}
