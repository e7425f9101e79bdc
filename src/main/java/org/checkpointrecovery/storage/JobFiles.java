package org.checkpointrecovery.storage;

import java.nio.file.Path;
import java.util.Locale;

/**
 * The files of one job. Only this class knows their names.
 *
 * @param directory holds all of them, so that forcing it once makes all names durable
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

    /** Which parts have the results and errors, if these two files have not all of them: see {@link PartIndex}. */
    public Path partIndex() {
        return directory.resolve("parts.jsonl");
    }

    /** The directories of the parts. */
    public Path parts() {
        return directory.resolve("parts");
    }

    /**
     * A part. The parts of a job are spread over 256 directories, so that none gets too many names. Consecutive numbers,
     * and those of a common multiple, meet in few of them: Knuth, The Art of Computer Programming, 6.4, Fibonacci hashing.
     *
     * @param firstItem of its range
     */
    public PartFiles part(long firstItem) {
        long group = (firstItem * 0x9E3779B97F4A7C15L) >>> 56;
        return new PartFiles(
                parts().resolve(String.format(Locale.ROOT, "%02x", group)).resolve(PartFiles.name(firstItem)));
    }

    /** The segments of the item journal. */
    public JournalFiles journal() {
        return new JournalFiles(directory, "journal.");
    }

    /**
     * Whether a job that has ended may keep a file.
     *
     * @param completed whether it is COMPLETED, so that it needs no checkpoint and no journal
     */
    boolean isKept(Path file, boolean completed) {
        return switch (file.getFileName().toString()) {
            case "job.json", "results.jsonl", "errors.jsonl", "input.txt", "input.indexes", "parts", "parts.jsonl" ->
                true;
            case "checkpoint.json", "checkpoint.previous.json" -> !completed;
            default -> !completed && journal().numberOf(file) > 0;
        };
    }

    /** Inline items, or items copied from another job, one per line. */
    public Path ownInput() {
        return directory.resolve("input.txt");
    }

    /** The original index of each copied item. */
    public Path ownIndexes() {
        return directory.resolve("input.indexes");
    }
}
