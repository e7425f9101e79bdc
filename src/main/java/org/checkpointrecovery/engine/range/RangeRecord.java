package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of the items of a range: the content of its {@code range.json},
 *
 * <pre>
 * {"version":1,"firstItem":6,"took":"PT0.001234567S",
 *  "parts":[{"succeeded":2,"failed":1,"resultsBytes":140,"errorsBytes":93,"inputBytes":321,"endsBatch":true,
 *            "failure":{"index":7,"failure":{"code":"HTTP_STATUS","message":"...","status":503}}}],"crc32c":"0b6f3c11"}
 * </pre>
 *
 * on one line.
 *
 * @param took total time of all items in their processor
 * @param parts in item order, each within one batch
 */
public record RangeRecord(long firstItem, Duration took, List<Part> parts) {
    private static final int VERSION = 1;

    public RangeRecord {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a range without items");
        }
    }

    /**
     * Consecutive items of one batch.
     *
     * @param resultsBytes of these items in the results file
     * @param errorsBytes of these items in the errors file
     * @param inputBytes the input position after them, where the search for the next item starts
     * @param endsBatch whether a batch of the job ends with them
     * @param failure the first failure among them; null if none failed
     */
    public record Part(
            int succeeded,
            int failed,
            long resultsBytes,
            long errorsBytes,
            long inputBytes,
            boolean endsBatch,
            @Nullable FirstFailure failure) {
        /** Adds the items that follow in the same batch. */
        public Part and(Part next) {
            return new Part(
                    succeeded + next.succeeded,
                    failed + next.failed,
                    resultsBytes + next.resultsBytes,
                    errorsBytes + next.errorsBytes,
                    next.inputBytes,
                    next.endsBatch,
                    failure == null ? next.failure : failure);
        }
    }

    /** @param index of the item in the input */
    public record FirstFailure(long index, ItemFailure failure) {}

    public long succeeded() {
        return parts.stream().mapToLong(Part::succeeded).sum();
    }

    public long failed() {
        return parts.stream().mapToLong(Part::failed).sum();
    }

    /** Adds the items that are not committed. */
    public Finished addTo(Finished finished, long nextItem) {
        long succeeded = finished.succeeded();
        long failed = finished.failed();
        long first = firstItem;
        for (Part part : parts) {
            boolean uncommitted = first >= nextItem;
            succeeded += uncommitted ? part.succeeded : 0;
            failed += uncommitted ? part.failed : 0;
            first += part.succeeded + part.failed;
        }
        return new Finished(succeeded, failed);
    }

    /** Returns the input position after the range. */
    public long nextBytes() {
        return parts.get(parts.size() - 1).inputBytes();
    }

    /** Returns the index of the first item after the range. */
    public long nextItem() {
        return firstItem + succeeded() + failed();
    }

    /** Writes and forces the record in the directory of its range. The other files there must be forced already. */
    public void write(Disk disk, RangeDirectory range) throws IOException {
        Replacement.writeForced(disk, range.record(), StoredJson.write(VERSION, this));
        disk.forceDirectory(range.path());
    }

    /** @throws DamagedFileException if it is damaged, or the other files of the range have another size than it says */
    public static RangeRecord read(Disk disk, RangeDirectory range) throws IOException {
        RangeRecord record;
        try {
            record = StoredJson.read(disk.read(range.record()), VERSION, RangeRecord.class);
        } catch (DamagedFileException e) {
            throw damaged(range, "Record " + range.record() + " is damaged: " + e.getMessage());
        }
        checkLength(
                disk,
                range,
                range.results(),
                record.parts.stream().mapToLong(Part::resultsBytes).sum());
        checkLength(
                disk,
                range,
                range.errors(),
                record.parts.stream().mapToLong(Part::errorsBytes).sum());
        return record;
    }

    private static void checkLength(Disk disk, RangeDirectory range, Path file, long expected) throws IOException {
        if (!disk.exists(file)) {
            throw damaged(range, "File " + file + " is missing");
        }
        long size = disk.size(file);
        if (size != expected) {
            throw damaged(range, "File " + file + " has " + size + " bytes, but its record expects " + expected);
        }
    }

    private static DamagedFileException damaged(RangeDirectory range, String what) {
        return new DamagedFileException(what + ". Nothing was changed. Delete the directory " + range.path()
                + " and resume to reprocess its items.");
    }
}
