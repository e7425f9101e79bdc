package org.checkpointrecovery.cli;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.checkpointrecovery.job.Progress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the progress of a run: as a bar on a terminal, as lines in the log elsewhere. Shows every checkpoint up to a limit per
 * second, and always the last one. Used by one thread at a time.
 */
abstract class ProgressDisplay {
    private static final Logger log = LoggerFactory.getLogger("run");
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final int maxPerSecond;
    private final PrintStream summaries;
    private final LongSupplier nanoTime;
    /** When the last second's checkpoints were shown, oldest first. */
    private final Deque<Long> shown = new ArrayDeque<>();
    /** The latest checkpoint, if the limit kept it from being shown. */
    private @Nullable SavedCheckpoint pending;

    ProgressDisplay(int maxPerSecond, PrintStream summaries, LongSupplier nanoTime) {
        this.maxPerSecond = maxPerSecond;
        this.summaries = summaries;
        this.nanoTime = nanoTime;
    }

    /** A checkpoint is on disk. */
    void saved(SavedCheckpoint checkpoint) {
        long now = nanoTime.getAsLong();
        while (!shown.isEmpty() && now - shown.getFirst() >= SECOND_NANOS) {
            shown.removeFirst();
        }
        if (shown.size() < maxPerSecond) {
            shown.addLast(now);
            pending = null;
            show(checkpoint);
        } else {
            pending = checkpoint;
        }
    }

    /** There are no more checkpoints. */
    void end() {
        if (pending != null) {
            show(pending);
            pending = null;
        }
    }

    abstract void show(SavedCheckpoint checkpoint);

    /** Reports what a user need not know. */
    void note(String text) {
        log.info("{}", text);
    }

    /** Prints the result of the run. */
    void summary(String json) {
        summaries.println(json);
    }

    /** @param summaries where the summary is printed */
    static ProgressDisplay forThisTerminal(PrintStream summaries) {
        return isTerminal() ? new Bar(System.err, summaries, System::nanoTime) : new Log(summaries, System::nanoTime);
    }

    /** Before JDK 22 there is a console only on a terminal. Since then there always is one, with a method that tells. */
    @SuppressWarnings("SystemConsoleNull") // isTerminal is called as well
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** Lines in the log. */
    static final class Log extends ProgressDisplay {
        private static final int MAX_LINES_PER_SECOND = 10;

        Log(PrintStream summaries, LongSupplier nanoTime) {
            super(MAX_LINES_PER_SECOND, summaries, nanoTime);
        }

        @Override
        void show(SavedCheckpoint checkpoint) {
            log.info("Checkpoint saved: {}", checkpoint);
        }
    }

    /** Nothing but warnings and errors. */
    static final class Quiet extends ProgressDisplay {
        Quiet() {
            super(1, System.out, System::nanoTime);
        }

        @Override
        void show(SavedCheckpoint checkpoint) {}

        @Override
        void note(String text) {}

        @Override
        void summary(String json) {}
    }

    /** A bar in one line of a terminal. */
    static final class Bar extends ProgressDisplay {
        private static final int MAX_UPDATES_PER_SECOND = 1;
        private static final int WIDTH = 40;

        private final PrintStream terminal;

        Bar(PrintStream terminal, PrintStream summaries, LongSupplier nanoTime) {
            super(MAX_UPDATES_PER_SECOND, summaries, nanoTime);
            this.terminal = terminal;
        }

        @Override
        void show(SavedCheckpoint checkpoint) {
            int filled = (int) (checkpoint.percent() / 100 * WIDTH);
            terminal.printf(
                    Locale.ROOT,
                    "\r[%s%s] %5.1f %%  item %,d%s   ",
                    "#".repeat(filled),
                    " ".repeat(WIDTH - filled),
                    checkpoint.percent(),
                    checkpoint.progress().processedItems(),
                    details(checkpoint.progress()));
            terminal.flush();
        }

        private static String details(Progress progress) {
            StringBuilder details = new StringBuilder();
            if (progress.itemsPerSecond() != null) {
                details.append(String.format(Locale.ROOT, "  %,.0f items/s", progress.itemsPerSecond()));
            }
            if (progress.failedItems() > 0) {
                details.append(String.format(Locale.ROOT, "  %,d failed", progress.failedItems()));
            }
            if (progress.eta() != null) {
                long seconds = progress.eta().toSeconds();
                details.append(String.format(
                        Locale.ROOT, "  %d:%02d:%02d left", seconds / 3600, seconds / 60 % 60, seconds % 60));
            }
            return details.toString();
        }

        @Override
        void end() {
            super.end();
            terminal.println();
        }
    }
}
