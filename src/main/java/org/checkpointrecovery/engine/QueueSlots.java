package org.checkpointrecovery.engine;

/** Places in the line of jobs that wait for a worker. Thread-safe. */
final class QueueSlots {
    private final int most;
    private int taken; // guarded by this

    QueueSlots(int most) {
        this.most = most;
    }

    /** Takes a place for a job. */
    synchronized void take() throws RefusedException {
        if (taken >= most) {
            throw RefusedException.queueFull(most);
        }
        taken++;
    }

    /** Takes a place for a job that is in line already, however long the line. */
    synchronized void takeAnyway() {
        taken++;
    }

    synchronized void giveBack() {
        taken--;
    }
}
