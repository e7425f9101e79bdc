package org.checkpointrecovery.engine.local;

import java.util.concurrent.Executor;

/**
 * Work of a run that is done on a shared thread whenever something has changed, and that costs no thread while it waits.
 * Each pass does what can be done at that moment. Passes never overlap, and each sees what the previous ones wrote.
 */
final class Activity {
    private final Executor threads;
    private final String name;
    private final Runnable pass;
    private boolean hasThread; // guarded by this
    private boolean changed; // guarded by this

    /**
     * @param name of its thread during a pass
     * @param pass must not throw
     */
    Activity(Executor threads, String name, Runnable pass) {
        this.threads = threads;
        this.name = name;
        this.pass = pass;
    }

    /** Starts a pass that sees all that was written before this call. Returns at once. */
    synchronized void wake() {
        changed = true;
        if (!hasThread) {
            threads.execute(this::run);
            hasThread = true;
        }
    }

    private void run() {
        Thread thread = Thread.currentThread();
        String shared = thread.getName();
        thread.setName(name);
        while (isDue(thread, shared)) {
            pass.run();
        }
    }

    /** Whether another pass is due. Otherwise the thread has its shared name again before anybody knows that it is free. */
    private synchronized boolean isDue(Thread thread, String shared) {
        if (!changed) {
            thread.setName(shared);
            notifyAll();
        }
        hasThread = changed;
        changed = false;
        return hasThread;
    }

    /** Waits until no pass is due; false if that takes longer. */
    synchronized boolean awaitIdle(long mostMillis) throws InterruptedException {
        long began = System.nanoTime();
        long left = mostMillis;
        while (hasThread && left > 0) {
            wait(left);
            left = mostMillis - (System.nanoTime() - began) / 1_000_000;
        }
        return !hasThread;
    }

    /** Waits until no pass is due, even if interrupted. */
    synchronized void awaitIdle() {
        boolean interrupted = false;
        while (hasThread) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
