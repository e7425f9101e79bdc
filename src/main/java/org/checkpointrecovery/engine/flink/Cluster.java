package org.checkpointrecovery.engine.flink;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the service asks of a cluster of Apache Flink. Jobs have ids of 32 hexadecimal digits that the service gives them. */
interface Cluster extends AutoCloseable {
    /** @param slotsFree in which no task works */
    record Overview(int slots, int slotsFree) {}

    Overview overview() throws ClusterException;

    /** The id of a jar that was uploaded under this name; empty if none was, or it is gone. */
    Optional<String> jar(String name) throws ClusterException;

    /**
     * Uploads a jar; its id.
     *
     * @param givenUp asked now and then: when it is true, the answer is not waited for any longer
     */
    String upload(String name, byte[] jar, BooleanSupplier givenUp) throws ClusterException;

    /**
     * A job to be submitted.
     *
     * @param restore where a checkpoint or savepoint is that it goes on from; null to begin anew
     */
    record Submission(
            String job,
            String jar,
            String entryClass,
            List<String> arguments,
            int parallelism,
            @Nullable String restore,
            Map<String, String> configuration) {}

    /**
     * Submits a job. When one with this id has been submitted, nothing happens.
     *
     * @param givenUp asked now and then: when it is true, the answer is not waited for any longer
     */
    void run(Submission submission, BooleanSupplier givenUp) throws ClusterException;

    /** How a job is. */
    enum State {
        /** It is being started, runs, or is being started again. */
        ACTIVE,
        /** It is about to end. */
        ENDING,
        FINISHED,
        FAILED,
        CANCELED
    }

    /** Empty if the cluster does not know the job, or not any more. */
    Optional<State> state(String job) throws ClusterException;

    /** Numbers that its tasks add up, by name; empty if it is not known. */
    Map<String, Long> accumulators(String job) throws ClusterException;

    /** Why a job failed, in one line; empty if that is not known. */
    Optional<String> rootCause(String job) throws ClusterException;

    /** Ends a job now. Nothing happens if it has ended, or is not known. */
    void cancel(String job) throws ClusterException;

    /** Begins to stop a job with a savepoint; what {@link #savepoint} is to be asked for. Empty if the job does not go on. */
    Optional<String> stop(String job, Path directory) throws ClusterException;

    /**
     * How far a savepoint is.
     *
     * @param location where it is; null as long as it is not there
     * @param failed whether it will never be there
     */
    record Savepoint(@Nullable String location, boolean failed) {}

    Savepoint savepoint(String job, String request) throws ClusterException;

    /** Gives up what the service needs to ask it; the cluster goes on. */
    @Override
    void close();
}
