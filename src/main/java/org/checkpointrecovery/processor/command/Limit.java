package org.checkpointrecovery.processor.command;

import org.jspecify.annotations.Nullable;

/** How long one item may hold a process: until {@link #expire}, which kills it. Thread-safe. */
final class Limit {
    private @Nullable Child child; // guarded by this, as all below
    private boolean over;
    private boolean ended;

    /** The process that works on the item from here on. */
    synchronized void guard(Child working) {
        child = working;
        if (over) {
            working.kill();
        }
    }

    /** Kills the process, unless the item has let it go. */
    synchronized void expire() {
        if (!ended) {
            over = true;
            if (child != null) {
                child.kill();
            }
        }
    }

    synchronized boolean isOver() {
        return over;
    }

    /** The item lets its process go. */
    synchronized void end() {
        ended = true;
    }
}
