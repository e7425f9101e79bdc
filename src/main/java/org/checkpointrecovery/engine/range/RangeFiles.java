package org.checkpointrecovery.engine.range;

import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.DamagedFileException;

/**
 * The files through which the service and a cluster share one job. Only this class knows their names.
 *
 * @param directory holds all of them; both sides see it under this path
 */
record RangeFiles(Path directory) {
    /** Name of the directory, in that of the job. */
    static final String NAME = "ranges";

    /** Name prefix of the directory of an unfinished range. */
    private static final String NEW = ".new-";

    private static final String GONE = ".gone-";

    /** The ranges of the input. */
    Path manifest() {
        return directory.resolve("manifest.json");
    }

    /** The order: what to do with each range. The cluster stops when it is deleted. */
    Path order() {
        return directory.resolve("order.json");
    }

    /** The service's submissions to the cluster. */
    Path submissions() {
        return directory.resolve("submissions.json");
    }

    /** A requested crash, until it happens. */
    Path crash() {
        return directory.resolve("crash");
    }

    /**
     * How the cluster ended a submission on its own.
     *
     * @param submission number of the submission, from 1
     */
    Path ended(int submission) {
        return directory.resolve("ended-" + submission + ".json");
    }

    /** The cluster's own checkpoints and savepoints. */
    Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    /** The operator's jars that the job needs. */
    Path plugins() {
        return directory.resolve("plugins");
    }

    /** The plugin that processes the job's items. */
    Path plugin() {
        return plugins().resolve("plugin.jar");
    }

    /** The directory of a finished range. */
    RangeDirectory range(Range range) {
        return new RangeDirectory(directory.resolve(String.format(Locale.ROOT, "%019d", range.firstItem())));
    }

    /** The directory of one attempt at a range. */
    RangeDirectory attempt(Range range, String attempt) {
        return new RangeDirectory(directory.resolve(NEW + range.firstItem() + "-" + attempt));
    }

    /** Whether a path is an attempt at a range, or a directory that is being deleted. */
    static boolean isUnfinished(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(NEW) || name.startsWith(GONE);
    }

    /** A new name for a directory during its deletion, so that nobody uses it half deleted. */
    Path gone() {
        return directory.resolve(GONE + UUID.randomUUID());
    }

    /** The name of the whole directory while it is being deleted. */
    Path removed() {
        return directory.resolveSibling(NAME + ".removed");
    }

    /** @param removed the path to delete so that the job can continue */
    static DamagedFileException damaged(Path file, Path removed, DamagedFileException e) {
        return new DamagedFileException("File " + file + " is damaged: " + e.getMessage()
                + ". Nothing was changed. Delete " + removed
                + " and resume; uncommitted items lost with it are reprocessed.");
    }
}
