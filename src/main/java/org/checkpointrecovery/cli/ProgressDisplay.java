package org.checkpointrecovery.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import org.checkpointrecovery.job.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows how far a run is: as a bar that moves on a terminal, as lines in the log elsewhere. One thread. */
abstract class ProgressDisplay {
    private static final long INTERVAL_NANOS = 1_000_000_000;

    private long lastShown = System.nanoTime() - INTERVAL_NANOS;

    /** A checkpoint was committed. Shown at most once a second. */
    void committed(Progress progress) {
        long now = System.nanoTime();
        if (now - lastShown >= INTERVAL_NANOS) {
            lastShown = now;
            show(progress);
        }
    }

    abstract void show(Progress progress);

    /** Prints what the run came to. */
    void summary(String json) {
        System.out.println(json);
    }

    /** Nothing more is to be shown. */
    abstract void end();

    static ProgressDisplay forThisTerminal() {
        return isTerminal() ? new Bar(System.err) : new Log();
    }

    /** A console is a terminal, but from JDK 22 on there is one also where there is no terminal; it says so itself. */
    @SuppressWarnings("SystemConsoleNull") // isTerminal is asked as well
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
        private static final Logger log = LoggerFactory.getLogger("run");

        @Override
        void show(Progress progress) {
            log.info("{} %, checkpoint at item {}", progress.percent(), progress.processedItems());
        }

        @Override
        void end() {}
    }

    /** A bar in one line of a terminal. */
    static final class Bar extends ProgressDisplay {
        private static final int WIDTH = 40;

        private final PrintStream terminal;

        Bar(PrintStream terminal) {
            this.terminal = terminal;
        }

        @Override
        void show(Progress progress) {
            int done = (int) (progress.percent() / 100 * WIDTH);
            String rate = progress.itemsPerSecond() == null
                    ? ""
                    : String.format(Locale.ROOT, "  %,.0f items/s", progress.itemsPerSecond());
            terminal.printf(
                    Locale.ROOT,
                    "\r[%s%s] %5.1f %%  item %,d%s   ",
                    "#".repeat(done),
                    " ".repeat(WIDTH - done),
                    progress.percent(),
                    progress.processedItems(),
                    rate);
            terminal.flush();
        }

        @Override
        void end() {
            terminal.println();
        }
    }
}
