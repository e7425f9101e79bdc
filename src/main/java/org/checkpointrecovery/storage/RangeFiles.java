package org.checkpointrecovery.storage;

import java.nio.file.Path;
import java.util.Locale;
import org.checkpointrecovery.job.Range;

/**
 * The files through which the service and a cluster share one job. Only this class knows their names.
 *
 * @param directory holds all of them; both sides see it under this path
 */
public record RangeFiles(Path directory) {
    /** Name prefix of the directory of an unfinished range. */
    public static final String NEW = ".new-";

    /** The ranges of the input. */
    public Path manifest() {
        return directory.resolve("manifest.json");
    }

    /** The order: what to do with each range. The cluster stops when it is deleted. */
    public Path order() {
        return directory.resolve("order.json");
    }

    /** The service's submissions to the cluster. */
    public Path submissions() {
        return directory.resolve("submissions.json");
    }

    /** A requested crash, until it happens. */
    public Path crash() {
        return directory.resolve("crash");
    }

    /**
     * How the cluster ended a submission on its own.
     *
     * @param submission number of the submission, from 1
     */
    public Path ended(int submission) {
        return directory.resolve("ended-" + submission + ".json");
    }

    /** The cluster's own checkpoints and savepoints. */
    public Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    /** The operator's jars that the job needs. */
    public Path plugins() {
        return directory.resolve("plugins");
    }

    /** The plugin that processes the job's items. */
    public Path plugin() {
        return plugins().resolve("plugin.jar");
    }

    /** The directory of a finished range. It gets this name once its content is forced, and never changes. */
    public Path range(Range range) {
        return directory.resolve(String.format(Locale.ROOT, "%019d", range.firstItem()));
    }

    /** The directory of one attempt at a range. */
    public Path attempt(Range range, String attempt) {
        return directory.resolve(NEW + range.firstItem() + "-" + attempt);
    }

    /** One line per succeeded item, in item order. */
    public static Path results(Path range) {
        return range.resolve("results.jsonl");
    }

    /** One line per failed item, in item order. */
    public static Path errors(Path range) {
        return range.resolve("errors.jsonl");
    }

    /** Describes the content of the two files. */
    public static Path record(Path range) {
        return range.resolve("range.json");
    }
}
