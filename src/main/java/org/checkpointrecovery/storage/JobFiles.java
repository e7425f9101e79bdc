package org.checkpointrecovery.storage;

import java.nio.file.Path;

/**
 * The files of one job: the one place that knows their names.
 *
 * @param directory holds them all, so that one force of it makes all their names durable
 */
public record JobFiles(Path directory) {
    private static final String JOURNAL = "journal.";

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

    /**
     * What became of items beyond the checkpoint.
     *
     * @param segment number of the file, from 1
     */
    public Path journal(int segment) {
        return directory.resolve(JOURNAL + segment);
    }

    /** The number of a file that {@link #journal} names; 0 if it names another. */
    public static int journalSegment(Path file) {
        String name = file.getFileName().toString();
        String number = name.startsWith(JOURNAL) ? name.substring(JOURNAL.length()) : "";
        return number.matches("[1-9]\\d{0,8}") ? Integer.parseInt(number) : 0;
    }

    /** Through which the service and a cluster work on the job; a directory that is there only while they do. */
    public RangeFiles ranges() {
        return new RangeFiles(directory.resolve("ranges"));
    }

    /** The name that {@link #ranges} has while it is being deleted. */
    Path removedRanges() {
        return directory.resolve("ranges.removed");
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
