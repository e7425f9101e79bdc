package org.checkpointrecovery.engine.flink;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings for using the cluster.
 *
 * @param url of the JobManager's REST API
 * @param parallelism maximum tasks per job, limited by the slots of the cluster
 * @param shared directory of files for all jobs; the cluster sees it and the jobs' directories under the same paths
 * @param httpAllow the targets that the processor {@code http} may call, as its rules format them
 * @param patience limits and pauses of retries
 */
public record FlinkSettings(URI url, int parallelism, Path shared, String httpAllow, Patience patience) {

    /**
     * How long to wait for a cluster.
     *
     * @param look the interval between checks of a job
     * @param unanswered the run fails when it has had no valid answer, or no TaskManager, for this long
     * @param submissions the run fails after this many consecutive submissions without a finished range
     * @param pause the wait after a call without an answer, or after the cluster ended a job
     */
    public record Patience(Duration look, Duration unanswered, int submissions, Duration pause) {
        public static final Patience DEFAULT =
                new Patience(Duration.ofMillis(500), Duration.ofMinutes(5), 5, Duration.ofSeconds(2));
    }
}
