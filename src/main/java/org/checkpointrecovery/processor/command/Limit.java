package org.checkpointrecovery.processor.command;

import org.jspecify.annotations.Nullable;

/** The time limit of one item: {@link #expire} kills its process. Thread-safe. */
final class Limit {
    private @Nullable Child child; // guarded by this, as all below
    private boolean over;
    private boolean ended;

    /** Sets the process that works on the item. */
    synchronized void guard(Child working) {
        child = working;
        if (over) {
            working.kill();
        }
    }

    /** Kills the process, unless the item has ended. */
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

    /** Ends the item: its process is no longer killed. */
    synchronized void end() {
        ended = true;
    }
}
