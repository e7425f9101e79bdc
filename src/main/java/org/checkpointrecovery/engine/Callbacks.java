package org.checkpointrecovery.engine;

import java.util.Optional;

/** Tells the ends of jobs to the URLs that their specs name. Thread-safe; nothing here waits for an endpoint. */
public interface Callbacks {
    /** Of a service that calls no one back. */
    Callbacks NONE = new Callbacks() {
        @Override
        public Optional<String> problem(String url) {
            return Optional.empty();
        }

        @Override
        public void deliver(int end, JobView view, Runnable settled) {}

        @Override
        public void close() {}
    };

    /** What keeps a URL from being called, as the rest of a sentence; empty if nothing does. */
    Optional<String> problem(String url);

    /**
     * Tells an end of a job, and again where that may help. Returns at once.
     *
     * @param end its number, the same when it is told again after a crash
     * @param view of the job when it came to that end, which is on disk; it has a callback URL
     * @param settled run when it was told or is given up; never, if the service ends before
     */
    void deliver(int end, JobView view, Runnable settled);

    /** Breaks off what is under way: the next start tells it. */
    void close();
}
