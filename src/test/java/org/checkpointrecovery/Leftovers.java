package org.checkpointrecovery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Ends what a test has started, before its temporary directories are deleted: services, clusters, pools and processes that are
 * still open are closed, the newest first, and the threads of the product that were started meanwhile have to end. It is with
 * every test; tests run one after the other.
 */
public final class Leftovers implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    /** Names that threads of the product begin with. A plugin that hangs on purpose keeps its own. */
    private static final Set<String> OWN_THREADS = Set.of(
            "job-",
            "http",
            "command-",
            "events",
            "item-counter",
            "delayed-starts",
            "stop",
            "Jetty",
            "reader-",
            "worker-");

    private static final Deque<Part> open = new ArrayDeque<>(); // guarded by the class, as all below
    private static int openBeforeTest;
    private static Set<Thread> threadsBeforeTest = Set.of();

    /** Something that works until it is closed. */
    public interface Part {
        void close() throws Exception;

        /** Waits until nothing works any more for a test that is over, in a part that others go on to use. */
        default void awaitIdle() throws Exception {}
    }

    /** Sees to it that a part is closed before the directories of the test are deleted. */
    public static synchronized void started(Part part) {
        open.push(part);
    }

    /** A part was closed by its test. */
    public static synchronized void closed(Part part) {
        open.remove(part);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        remember();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        remember();
    }

    private static synchronized void remember() {
        openBeforeTest = open.size();
        threadsBeforeTest = Set.copyOf(Thread.getAllStackTraces().keySet());
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        closeDownTo(openBeforeTest);
        for (Part part : List.copyOf(open)) {
            part.awaitIdle();
        }
        awaitThreads();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        closeDownTo(0);
        awaitThreads();
    }

    private static void closeDownTo(int count) throws Exception {
        for (Part part = newest(count); part != null; part = newest(count)) {
            part.close();
            closed(part);
        }
    }

    private static synchronized @Nullable Part newest(int count) {
        return open.size() > count ? open.peek() : null;
    }

    /** Parts of a whole class start threads when they need them, and keep them. */
    private static void awaitThreads() throws InterruptedException {
        if (!open.isEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        List<Thread> left = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            boolean own = OWN_THREADS.stream().anyMatch(thread.getName()::startsWith);
            if (own && !threadsBeforeTest.contains(thread) && thread != Thread.currentThread()) {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
                if (thread.isAlive()) {
                    left.add(thread);
                }
            }
        }
        if (!left.isEmpty()) {
            throw new AssertionError("threads are left: "
                    + left.stream()
                            .map(thread -> thread.getName() + " at " + List.of(thread.getStackTrace()))
                            .collect(Collectors.joining("; ")));
        }
    }
}
