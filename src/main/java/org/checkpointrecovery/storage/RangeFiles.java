package org.checkpointrecovery.storage;

import java.nio.file.Path;
import java.util.Locale;
import org.checkpointrecovery.job.Range;

/**
 * The files through which the service and a cluster work on one job: the one place that knows their names.
 *
 * @param directory holds them all; both see it under this path
 */
public record RangeFiles(Path directory) {
    /** What the name of a directory that is being worked on begins with. */
    public static final String NEW = ".new-";

    /** How the input is cut into ranges. */
    public Path manifest() {
        return directory.resolve("manifest.json");
    }

    /** What is to be done to each range. The cluster ends when it is gone. */
    public Path order() {
        return directory.resolve("order.json");
    }

    /** What the service has asked of the cluster. */
    public Path submissions() {
        return directory.resolve("submissions.json");
    }

    /** A crash on purpose that was asked for, until it strikes. */
    public Path crash() {
        return directory.resolve("crash");
    }

    /**
     * How the cluster ended a submission by itself.
     *
     * @param submission number of the submission, from 1
     */
    public Path ended(int submission) {
        return directory.resolve("ended-" + submission + ".json");
    }

    /** Where the cluster keeps checkpoints and savepoints of its own. */
    public Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    /** Jars of the operator's that the job needs. */
    public Path plugins() {
        return directory.resolve("plugins");
    }

    /** The plugin that the job's items are worked on by. */
    public Path plugin() {
        return plugins().resolve("plugin.jar");
    }

    /** The directory of a range that is done; it has its name when all in it is forced, and never changes. */
    public Path range(Range range) {
        return directory.resolve(String.format(Locale.ROOT, "%019d", range.firstItem()));
    }

    /** The directory of a range that is being worked on by one of those who may. */
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

    /** What the two files hold. */
    public static Path record(Path range) {
        return range.resolve("range.json");
    }
}
