package org.checkpointrecovery.engine.flink;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts into words what a job waits for in the cluster. Used by the feed's thread. */
final class ClusterWait {
    /**
     * Looks without a running task, since the last finished range, before the job counts as waiting. Tasks take some
     * seconds to start. Looks add up when Flink restarts tasks again and again.
     */
    private static final int LOOKS_TO_START = 20;
    /** Looks without a running task between two questions for the cause. */
    private static final int LOOKS_FOR_CAUSE = 120;

    private final FlinkSettings.Patience patience;
    private final Clock clock;
    private final Consumer<@Nullable String> report;
    /** What is missing. */
    private String missing = "";

    private Instant since = Instant.EPOCH;
    /** The first of the consecutive calls that failed. */
    private @Nullable Failing failing;
    /** Why the cluster last ended or restarted the tasks, until they make progress. */
    private @Nullable String lastFailure;

    private int idleLooks;

    private record Failing(long nanos, Instant at) {}

    /** @param report gets the words at each look while the job waits, and null when it does not */
    ClusterWait(FlinkSettings.Patience patience, Clock clock, Consumer<@Nullable String> report) {
        this.patience = patience;
        this.clock = clock;
        this.report = report;
    }

    /** No slot is free for a submission. */
    void forSlot(int slots) {
        missing = "slots";
        report.accept("slots: 0 of " + slots + " free");
    }

    /** A slot is free, but the job has left its worker to another one. */
    void forWorker() {
        missing = "worker";
        report.accept("a worker: all are busy with other jobs");
    }

    /** The job is being submitted. */
    void submitting() {
        if (!missing.equals("submission")) {
            over();
        }
    }

    /** A call failed. Returns whether calls have failed for too long. */
    boolean forAnswer(ClusterException e) {
        Failing first = failing == null ? new Failing(System.nanoTime(), now()) : failing;
        failing = first;
        report.accept(
                sinceWhen(e.missing()) + "; giving up at " + first.at.plus(patience.unanswered()) + e.explanation());
        return System.nanoTime() - first.nanos >= patience.unanswered().toNanos();
    }

    /** A call was answered. */
    void answered() {
        failing = null;
    }

    /**
     * The job will be submitted again.
     *
     * @param inVain consecutive submissions without a finished range, at least 1
     */
    void forSubmission(int inVain, String why) {
        lastFailure = why;
        missing = "submission";
        report.accept("submission " + (inVain + 1) + " of at most " + patience.submissions() + ": " + why);
    }

    /** The cluster is running the submission. Returns whether the job waits for its tasks. */
    boolean forTasks(ClusterJob job) throws ClusterException {
        Cluster.Tasks tasks = job.tasks();
        if (tasks.running() > 0 || tasks.areFinished()) {
            over();
            return false;
        }
        idleLooks++;
        if (idleLooks % LOOKS_FOR_CAUSE == LOOKS_TO_START) {
            Optional<String> cause = job.rootCause();
            lastFailure = cause.isPresent() ? cause.get() : lastFailure;
        }
        if (idleLooks < LOOKS_TO_START && lastFailure == null) {
            over();
            return false;
        }
        report.accept(sinceWhen("tasks: 0 of " + tasks.all() + " running")
                + (lastFailure == null ? "" : " (last failure: " + lastFailure + ")"));
        return true;
    }

    /** A range is finished. */
    void progressed() {
        idleLooks = 0;
        lastFailure = null;
        over();
    }

    private void over() {
        missing = "";
        report.accept(null);
    }

    private String sinceWhen(String what) {
        if (!what.equals(missing)) {
            missing = what;
            since = now();
        }
        return what + " since " + since;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
