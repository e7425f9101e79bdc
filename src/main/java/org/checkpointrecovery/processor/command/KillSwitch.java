package org.checkpointrecovery.processor.command;

import org.jspecify.annotations.Nullable;

/** Kills the program that works on the current item, and each that follows it. Thread-safe. */
final class KillSwitch {
    private @Nullable Child child; // guarded by this, as all below
    private boolean used;

    /** Sets the program that works on the item. */
    synchronized void guard(Child working) {
        child = working;
        if (used) {
            working.kill();
        }
    }

    /** No program works on an item. */
    synchronized void release() {
        child = null;
    }

    synchronized void use() {
        used = true;
        if (child != null) {
            child.kill();
        }
    }

    synchronized boolean isUsed() {
        return used;
    }
}
