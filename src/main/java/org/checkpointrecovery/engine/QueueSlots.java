package org.checkpointrecovery.engine;

/** Places in the line of jobs that wait for a worker. Thread-safe. */
final class QueueSlots {
    private final int max;
    private int taken; // guarded by this

    QueueSlots(int max) {
        this.max = max;
    }

    /** Takes a place for a job. */
    synchronized void claim() throws RefusedException {
        if (taken >= max) {
            throw RefusedException.queueFull(max);
        }
        taken++;
    }

    /** Takes a place for a job that is in line already, however long the line. */
    synchronized void claimUnbounded() {
        taken++;
    }

    synchronized void release() {
        taken--;
    }
}
