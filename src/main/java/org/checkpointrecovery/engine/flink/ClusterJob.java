package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.ClusterOverview;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.Submissions;
import org.checkpointrecovery.engine.range.Submissions.Submission;
import org.checkpointrecovery.engine.range.TaskEnd;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The submissions of one job to the cluster. Each is recorded before the cluster is called, so that a killed service
 * finds the one that is still running. Used by one thread.
 */
final class ClusterJob {
    private static final Logger log = LoggerFactory.getLogger(ClusterJob.class);

    private final Disk disk;
    private final JobId id;
    private final RangeStore ranges;
    private final Cluster cluster;
    private final FlinkSettings settings;
    private Submissions submissions;
    private int slots;
    private Cluster.Tasks tasks = new Cluster.Tasks(0, 0, 0);

    ClusterJob(Disk disk, JobId id, RangeStore ranges, Cluster cluster, FlinkSettings settings) throws IOException {
        this.disk = disk;
        this.id = id;
        this.ranges = ranges;
        this.cluster = cluster;
        this.settings = settings;
        this.submissions = ranges.submissions();
    }

    /** Returns the number of the last submission; 0 if there was none. */
    int number() {
        return submissions.list().size();
    }

    private Submission last() {
        return submissions.list().get(number() - 1);
    }

    /** Returns the state of the last submission; empty if the cluster does not know it. */
    Optional<Cluster.State> state() throws ClusterException {
        Optional<Cluster.Activity> found = cluster.state(last().clusterJob());
        tasks = found.map(Cluster.Activity::tasks).orElse(tasks);
        return found.map(Cluster.Activity::state);
    }

    /** Returns the tasks when {@link #state} was last called. */
    Cluster.Tasks tasks() {
        return tasks;
    }

    Optional<String> rootCause() throws ClusterException {
        return cluster.rootCause(last().clusterJob());
    }

    /** Returns how a task ended the last submission; empty if none did. */
    Optional<TaskEnd> taskEnd() throws IOException {
        return ranges.end(number());
    }

    /**
     * Whether the cluster may be running the last submission, according to the disk, with the code of this service.
     * Another release's tasks may not do what this one waits for.
     */
    boolean mayBeActive() throws IOException {
        return number() > 0
                && !ranges.isPausing(number())
                && taskEnd().isEmpty()
                && JobJar.ownName(disk).equals(last().jar());
    }

    /**
     * Returns the parallelism of a submission; 0 if no slot is free. An adaptive cluster starts with fewer tasks and grows
     * up to it.
     *
     * @param tasks the maximum number of useful tasks, at least 1
     */
    int parallelism(int tasks) throws ClusterException {
        ClusterOverview overview = cluster.overview();
        slots = overview.slots();
        if (overview.slots() == 0) {
            throw ClusterException.noTaskManager();
        }
        if (overview.slotsFree() == 0) {
            return 0;
        }
        int ceiling = Math.min(tasks, settings.parallelism());
        return cluster.isAdaptive() ? ceiling : Math.min(ceiling, overview.slotsFree());
    }

    /** Returns the cluster's slots when {@link #parallelism} was last called. */
    int slots() {
        return slots;
    }

    /**
     * Submits the job again. After an exception the cluster may have the submission if {@link #number} has changed.
     *
     * @param known ranges that the input was cut into already
     * @param givenUp polled; once it returns true, the call stops waiting for the cluster
     */
    void submit(JobJar jar, int parallelism, List<Range> known, BooleanSupplier givenUp) throws IOException {
        Optional<String> uploaded = cluster.jar(jar.name());
        String jarId = uploaded.isPresent() ? uploaded.get() : cluster.upload(jar.name(), jar.bytes(), givenUp);
        Optional<Path> own = JobJar.shareOwn(disk, settings.shared());
        ranges.beginCuts(number() + 1, known);
        submissions = submissions.and(UUID.randomUUID().toString().replace("-", ""), JobJar.ownName(disk));
        ranges.save(submissions);
        log.info("Job {}: submission {} to the cluster, parallelism {}", id, number(), parallelism);
        cluster.run(
                new Cluster.Submission(
                        last().clusterJob(),
                        jarId,
                        JobJar.ENTRY_CLASS,
                        List.of(ranges.directory().toString(), String.valueOf(number())),
                        parallelism,
                        configuration(own)),
                givenUp);
    }

    private Map<String, String> configuration(Optional<Path> own) {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("pipeline.name", "checkpoint-recovery " + id);
        own.ifPresent(
                jar -> configuration.put("pipeline.classpaths", jar.toUri().toString()));
        configuration.put("execution.runtime-mode", "STREAMING");
        // Flink derives its default from the parallelism, and cannot restore a checkpoint with more tasks than it
        // allows.
        configuration.put("pipeline.max-parallelism", "32768");
        configuration.put("execution.checkpointing.interval", "2 s");
        // What is done, the shared directory tells. Flink needs a checkpoint only to forget what it has assigned.
        configuration.put("execution.checkpointing.storage", "jobmanager");
        configuration.put("execution.checkpointing.tolerable-failed-checkpoints", String.valueOf(Integer.MAX_VALUE));
        configuration.put("execution.checkpointing.checkpoints-after-tasks-finish", "true");
        // Flink's default would retry a poisonous item forever. Occasional losses of TaskManagers do not count.
        configuration.put("restart-strategy.type", "failure-rate");
        configuration.put("restart-strategy.failure-rate.max-failures-per-interval", "5");
        configuration.put("restart-strategy.failure-rate.failure-rate-interval", "5 min");
        configuration.put("restart-strategy.failure-rate.delay", "1 s");
        return configuration;
    }

    /** Keeps tasks of the last submission that may still run from starting another range. */
    void abandon() throws IOException {
        if (number() > 0 && taskEnd().isEmpty()) {
            ranges.end(
                    number(),
                    new TaskEnd(
                            Run.End.STOPPED,
                            new Reason(ErrorCode.CLUSTER_FAILED, "The service has abandoned this submission.")));
        }
    }

    /** Cancels the last submission. */
    void cancel() throws ClusterException {
        try {
            abandon();
        } catch (IOException e) {
            log.warn("Job {}: cannot tell its tasks to stop: {}. Cancelling the Flink job instead.", id, e.toString());
        }
        cluster.cancel(last().clusterJob());
    }
}
