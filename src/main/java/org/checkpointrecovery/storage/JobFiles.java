package org.checkpointrecovery.storage;

import java.nio.file.Path;

/**
 * The files of one job: the one place that knows their names.
 *
 * @param directory holds them all, so that one force of it makes all their names durable
 */
public record JobFiles(Path directory) {
    /** Spec, state and runs. */
    public Path job() {
        return directory.resolve("job.json");
    }

    public Path checkpoint() {
        return directory.resolve("checkpoint.json");
    }

    /** One line per succeeded item, in item order. */
    public Path results() {
        return directory.resolve("results.jsonl");
    }

    /** One line per failed item, in item order. */
    public Path errors() {
        return directory.resolve("errors.jsonl");
    }

    /** Items that came with the submission, or were copied from another job: one a line. */
    public Path ownInput() {
        return directory.resolve("input.txt");
    }

    /** The original index of each copied item. */
    public Path ownIndexes() {
        return directory.resolve("input.indexes");
    }
}
