package org.checkpointrecovery.engine;

/** Limits the number of jobs that wait for a worker. Thread-safe. */
final class QueueSlots {
    private final int max;
    private int taken; // guarded by this

    QueueSlots(int max) {
        this.max = max;
    }

    /** Claims a slot for a new job, or refuses it if the queue is full. */
    synchronized void claim() throws RefusedException {
        if (taken >= max) {
            throw new Refusal.QueueFull(max).exception();
        }
        taken++;
    }

    /** Claims a slot for a job that is already QUEUED, even if the queue is full. */
    synchronized void claimUnbounded() {
        taken++;
    }

    synchronized void release() {
        taken--;
    }
}
