package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.RangeFiles;
import org.checkpointrecovery.storage.Submissions;
import org.checkpointrecovery.storage.Submissions.Submission;
import org.checkpointrecovery.storage.TaskEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the cluster does for one job: one submission after the other, each recorded before the cluster is asked, so that a
 * service that was killed finds the one that goes on. Used by one thread.
 */
final class ClusterJob {
    private static final Logger log = LoggerFactory.getLogger(ClusterJob.class);

    private final Disk disk;
    private final JobId id;
    private final RangeFiles files;
    private final Cluster cluster;
    private final FlinkSettings settings;
    private Submissions submissions;

    ClusterJob(Disk disk, JobId id, RangeFiles files, Cluster cluster, FlinkSettings settings) throws IOException {
        this.disk = disk;
        this.id = id;
        this.files = files;
        this.cluster = cluster;
        this.settings = settings;
        this.submissions = Submissions.read(disk, files.submissions());
    }

    /** Number of the last submission; 0 if there was none. */
    int number() {
        return submissions.list().size();
    }

    private Submission last() {
        return submissions.list().get(number() - 1);
    }

    /** How the last submission is; empty if the cluster does not know it. */
    Optional<Cluster.State> state() throws ClusterException {
        return cluster.state(last().clusterJob());
    }

    Map<String, Long> accumulators() throws ClusterException {
        return cluster.accumulators(last().clusterJob());
    }

    Optional<String> rootCause() throws ClusterException {
        return cluster.rootCause(last().clusterJob());
    }

    /** How a task ended the last submission; empty if none did. */
    Optional<TaskEnd> taskEnd() throws IOException {
        return TaskEnd.read(disk, files.ended(number()));
    }

    /** Whether the cluster may be at work on the last submission, as far as the disk tells. */
    boolean mayBeActive() throws IOException {
        return number() > 0 && last().savepoint() == null && taskEnd().isEmpty();
    }

    /**
     * How many tasks are to be submitted; 0 if other tasks work in all slots.
     *
     * @param tasks so many at the most have something to do, at least 1
     */
    int parallelism(int tasks) throws ClusterException {
        Cluster.Overview overview = cluster.overview();
        if (overview.slots() == 0) {
            throw new ClusterException("the cluster has no TaskManager, so it has no slots");
        }
        if (overview.slotsFree() == 0) {
            return 0;
        }
        int asked = settings.parallelism() == null ? overview.slotsFree() : settings.parallelism();
        return Math.max(1, Math.min(tasks, Math.min(asked, overview.slotsFree())));
    }

    /**
     * Submits the job once more. After an exception it may be submitted if the {@link #number} is another one.
     *
     * @param ignoreCheckpoints whether it begins with the ranges that are not done, whatever the cluster knows of it
     * @param givenUp when it is true, the cluster's answer is not waited for any longer
     */
    void submit(JobJar jar, int parallelism, boolean ignoreCheckpoints, BooleanSupplier givenUp) throws IOException {
        Optional<String> restore =
                ignoreCheckpoints ? Optional.empty() : ClusterCheckpoints.newest(disk, files.checkpoints(), submissions);
        Optional<String> uploaded = cluster.jar(jar.name());
        String jarId = uploaded.isPresent() ? uploaded.get() : cluster.upload(jar.name(), jar.bytes(), givenUp);
        Optional<Path> own = JobJar.shareOwn(disk, settings.shared());
        submissions = submissions.and(UUID.randomUUID().toString().replace("-", ""));
        submissions.write(disk, files.submissions());
        log.info(
                "Job {}: submission {} to the cluster, parallelism {}, starting {}",
                id,
                number(),
                parallelism,
                restore.map(path -> "from " + path).orElse("from the unfinished ranges"));
        cluster.run(
                new Cluster.Submission(
                        last().clusterJob(),
                        jarId,
                        JobJar.ENTRY_CLASS,
                        List.of(files.directory().toString(), String.valueOf(number())),
                        parallelism,
                        restore.orElse(null),
                        configuration(own)),
                givenUp);
    }

    private Map<String, String> configuration(Optional<Path> own) {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("pipeline.name", "checkpoint-recovery " + id);
        own.ifPresent(
                jar -> configuration.put("pipeline.classpaths", jar.toUri().toString()));
        configuration.put("execution.runtime-mode", "STREAMING");
        configuration.put("execution.checkpointing.interval", "2 s");
        configuration.put(
                "execution.checkpointing.dir", files.checkpoints().toUri().toString());
        configuration.put("execution.checkpointing.num-retained", "2");
        configuration.put("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
        // Barriers wait for the range in work; results do not depend on how old a checkpoint is.
        configuration.put("execution.checkpointing.tolerable-failed-checkpoints", String.valueOf(Integer.MAX_VALUE));
        configuration.put("execution.checkpointing.checkpoints-after-tasks-finish", "true");
        // Flink's own would try a poisonous item for ever. TaskManagers that are lost now and then use nothing up.
        configuration.put("restart-strategy.type", "failure-rate");
        configuration.put("restart-strategy.failure-rate.max-failures-per-interval", "5");
        configuration.put("restart-strategy.failure-rate.failure-rate-interval", "5 min");
        configuration.put("restart-strategy.failure-rate.delay", "1 s");
        return configuration;
    }

    /** Keeps what may still be at work on the last submission from beginning with another range. */
    void abandon() throws IOException {
        if (number() > 0 && taskEnd().isEmpty()) {
            new TaskEnd(
                            Run.End.STOPPED,
                            new Reason(
                                    ErrorCode.CLUSTER_FAILED,
                                    "The service has abandoned this submission."))
                    .write(disk, files.ended(number()));
        }
    }

    /** Ends the last submission now. */
    void cancel() throws ClusterException {
        try {
            abandon();
        } catch (IOException e) {
            log.warn("Job {}: cannot tell its tasks to stop: {}. Cancelling the Flink job instead.", id, e.toString());
        }
        cluster.cancel(last().clusterJob());
    }

    /** Begins to stop the last submission with a savepoint; empty if it does not go on. */
    Optional<String> stop() throws ClusterException {
        return cluster.stop(last().clusterJob(), files.checkpoints());
    }

    /** Whether the savepoint that was asked for is there and recorded; empty as long as that is not known. */
    Optional<Boolean> isSaved(String request) throws IOException {
        Cluster.Savepoint savepoint = cluster.savepoint(last().clusterJob(), request);
        if (savepoint.location() != null) {
            submissions = submissions.stopped(savepoint.location());
            submissions.write(disk, files.submissions());
            return Optional.of(true);
        }
        return savepoint.failed() ? Optional.of(false) : Optional.empty();
    }
}
