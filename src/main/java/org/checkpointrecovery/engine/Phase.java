package org.checkpointrecovery.engine;

/** Whether the service is starting, open or stopping. Thread-safe. */
final class Phase {
    private enum Step {
        STARTING,
        OPEN,
        STOPPING
    }

    private volatile Step step = Step.STARTING;

    void open() {
        step = Step.OPEN;
    }

    void stop() {
        step = Step.STOPPING;
    }

    boolean isStarting() {
        return step == Step.STARTING;
    }

    boolean isStopping() {
        return step == Step.STOPPING;
    }

    void refuseWhenStopping() throws RefusedException {
        if (isStopping()) {
            throw new Refusal.Stopping().exception();
        }
    }
}
