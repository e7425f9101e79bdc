package org.checkpointrecovery.engine.flink;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.ClusterOverview;

/**
 * The calls that the service makes to an Apache Flink cluster. The service chooses the ids of Flink jobs: 32
 * hexadecimal digits.
 */
interface Cluster extends AutoCloseable {
    ClusterOverview overview() throws ClusterException;

    /** Whether Flink changes the parallelism of running jobs: it uses the slots there are, up to the submitted one. */
    boolean isAdaptive() throws ClusterException;

    /**
     * Returns the id of the jar uploaded under this name; empty if there is none. Deletes the jars that other releases
     * have uploaded: the cluster needs a jar only when a job is submitted.
     */
    Optional<String> jar(String name) throws ClusterException;

    /**
     * Uploads a jar and returns its id.
     *
     * @param givenUp polled; once it returns true, the call stops waiting for the answer
     */
    String upload(String name, byte[] jar, BooleanSupplier givenUp) throws ClusterException;

    /** A Flink job to submit. */
    record Submission(
            String job,
            String jar,
            String entryClass,
            List<String> arguments,
            int parallelism,
            Map<String, String> configuration) {}

    /**
     * Submits a Flink job. Does nothing if one with this id was already submitted.
     *
     * @param givenUp polled; once it returns true, the call stops waiting for the answer
     */
    void run(Submission submission, BooleanSupplier givenUp) throws ClusterException;

    /** The state of a Flink job. */
    enum State {
        /** Starting, running or restarting. */
        ACTIVE,
        /** Failing or being cancelled. */
        ENDING,
        FINISHED,
        FAILED,
        CANCELED
    }

    /**
     * The tasks of a Flink job.
     *
     * @param all including those that have finished
     */
    record Tasks(int all, int running, int finished) {
        boolean areFinished() {
            return all > 0 && finished == all;
        }
    }

    /** @param tasks none until the cluster has planned them */
    record Activity(State state, Tasks tasks) {}

    /** Returns what a Flink job does; empty if the cluster does not know it. */
    Optional<Activity> state(String job) throws ClusterException;

    /** Returns why a Flink job failed, in one line; empty if unknown. */
    Optional<String> rootCause(String job) throws ClusterException;

    /** Cancels a Flink job. Does nothing if it has ended or is unknown. */
    void cancel(String job) throws ClusterException;

    /** Closes the client. The cluster is not affected. */
    @Override
    void close();
}
