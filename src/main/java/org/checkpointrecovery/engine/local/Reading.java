package org.checkpointrecovery.engine.local;

/** The part of a run that reads the items. */
interface Reading {
    /** Whether all items were read, so that the run is complete when the last slice is taken. */
    boolean inputEnded();

    /** Waits until it has ended and has closed its source; false if that takes longer. */
    boolean awaitEnd(long mostMillis) throws InterruptedException;
}
