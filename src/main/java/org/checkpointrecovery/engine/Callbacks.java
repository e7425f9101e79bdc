package org.checkpointrecovery.engine;

import java.util.Optional;

/** Reports ends of jobs to the callback URLs of their specs. Thread-safe. No method waits for an endpoint. */
public interface Callbacks {
    /** For a service without callbacks. */
    Callbacks NONE = new Callbacks() {
        @Override
        public Optional<String> problem(String url) {
            return Optional.empty();
        }

        @Override
        public void deliver(int end, JobView view, Settlement settled) {}

        @Override
        public void close() {}
    };

    /** What follows a report. */
    interface Settlement {
        /** @param delivered false if the report was given up */
        void settled(boolean delivered);
    }

    /** Returns why a URL cannot be called, as the rest of a sentence; empty if it can. */
    Optional<String> problem(String url);

    /**
     * Reports an end of a job, with retries. Returns at once.
     *
     * @param end its number, the same if it is reported again after a crash
     * @param view the job at that end, which is on disk; the job has a callback URL
     * @param settled called when the report was delivered or given up; never called if the service stops first
     */
    void deliver(int end, JobView view, Settlement settled);

    /** Cancels reports in progress. The next start sends them. */
    void close();
}
