package org.checkpointrecovery.engine.run;

/**
 * The place of a run among the workers of its {@link RunPool}. A run that waits, and so needs no worker, leaves it to
 * the next queued run. Thread-safe.
 */
public interface Place {
    /**
     * Leaves the place to the next queued run. The run may still commit what is finished. It keeps the place if many
     * others have left theirs.
     */
    void leave();

    /**
     * Asks for a place if the run has left its own. Free places go to runs that have asked, before queued ones.
     *
     * @return whether the run has a place; if not, ask again later
     */
    boolean take();
}
