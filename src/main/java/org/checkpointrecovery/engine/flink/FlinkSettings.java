package org.checkpointrecovery.engine.flink;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster is used.
 *
 * @param url of the JobManager's REST API
 * @param parallelism tasks that work on a job at once, if there are so many slots; null for as many as are free
 * @param shared directory for what all jobs need there; the cluster sees it, and the directories of jobs, as the service does
 * @param httpAllow what the processor {@code http} may call, in the words of its rules
 * @param pluginJar the jar that has a plugin
 * @param patience how often, and after which pause, is tried again
 */
public record FlinkSettings(
        URI url,
        @Nullable Integer parallelism,
        Path shared,
        String httpAllow,
        Function<String, Optional<URI>> pluginJar,
        Patience patience) {

    /**
     * How long a cluster is waited for.
     *
     * @param look how often it is asked how a job is
     * @param unanswered so many questions in a row without an answer, or without a TaskManager, end a run
     * @param submissions so many in a row after which no range is done end a run
     * @param pause before it is asked again when it did not answer, or ended a job
     */
    public record Patience(Duration look, int unanswered, int submissions, Duration pause) {
        /** Some five minutes for a JobManager to come back. */
        public static final Patience DEFAULT = new Patience(Duration.ofMillis(500), 150, 5, Duration.ofSeconds(2));
    }
}
