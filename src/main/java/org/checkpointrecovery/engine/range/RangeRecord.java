package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.PartFiles;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of the items of a range: the content of its {@code range.json},
 *
 * <pre>
 * {"version":2,"firstItem":6,"took":"PT0.001234567S",
 *  "batches":[{"succeeded":2,"failed":1,"resultsBytes":140,"errorsBytes":93,"inputBytes":321,"endsBatch":true,
 *            "failure":{"index":7,"failure":{"code":"HTTP_STATUS","message":"...","status":503}}}],"crc32c":"0b6f3c11"}
 * </pre>
 *
 * on one line.
 *
 * @param took total time of all items in their processor
 * @param batches what it has of each batch, in item order
 */
public record RangeRecord(long firstItem, Duration took, List<Batch> batches) {
    private static final int VERSION = 2;

    public RangeRecord {
        batches = List.copyOf(batches);
        if (batches.isEmpty()) {
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
    public record Batch(
            int succeeded,
            int failed,
            long resultsBytes,
            long errorsBytes,
            long inputBytes,
            boolean endsBatch,
            @Nullable FirstFailure failure) {
        /** Adds the items that follow in the same batch. */
        public Batch and(Batch next) {
            return new Batch(
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
        return batches.stream().mapToLong(Batch::succeeded).sum();
    }

    public long failed() {
        return batches.stream().mapToLong(Batch::failed).sum();
    }

    /** Adds the items that are not committed. */
    public Finished addTo(Finished finished, long nextItem) {
        long succeeded = finished.succeeded();
        long failed = finished.failed();
        long first = firstItem;
        for (Batch batch : batches) {
            boolean uncommitted = first >= nextItem;
            succeeded += uncommitted ? batch.succeeded : 0;
            failed += uncommitted ? batch.failed : 0;
            first += batch.succeeded + batch.failed;
        }
        return new Finished(succeeded, failed);
    }

    /** Returns the input position after the range. */
    public long nextBytes() {
        return batches.get(batches.size() - 1).inputBytes();
    }

    /** Returns the index of the first item after the range. */
    public long nextItem() {
        return firstItem + succeeded() + failed();
    }

    /**
     * Returns this without the batches from an item on.
     *
     * @param item the end of a batch after the first one
     */
    RangeRecord before(long item) {
        List<Batch> kept = new ArrayList<>();
        long next = firstItem;
        for (Batch batch : batches) {
            next += batch.succeeded + batch.failed;
            if (next <= item) {
                kept.add(batch);
            }
        }
        return new RangeRecord(firstItem, took, kept);
    }

    /** Replaces the record of a part, whose files stay longer than it says. */
    void replace(Disk disk, PartFiles part) throws IOException {
        Replacement.write(disk, part.record(), StoredJson.write(VERSION, this));
    }

    /** Writes and forces the record in the directory of its range. The other files there must be forced already. */
    public void write(Disk disk, PartFiles range) throws IOException {
        Replacement.writeForced(disk, range.record(), StoredJson.write(VERSION, this));
        disk.forceDirectory(range.directory());
    }

    /** @throws DamagedFileException if it is damaged, or the other files of the range have less than it says */
    public static RangeRecord read(Disk disk, PartFiles range) throws IOException {
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
                record.batches.stream().mapToLong(Batch::resultsBytes).sum());
        checkLength(
                disk,
                range,
                range.errors(),
                record.batches.stream().mapToLong(Batch::errorsBytes).sum());
        return record;
    }

    private static void checkLength(Disk disk, PartFiles range, Path file, long expected) throws IOException {
        if (!disk.exists(file)) {
            throw damaged(range, "File " + file + " is missing");
        }
        long size = disk.size(file);
        if (size < expected) {
            throw damaged(range, "File " + file + " has " + size + " bytes, but its record expects " + expected);
        }
    }

    private static DamagedFileException damaged(PartFiles range, String what) {
        return new DamagedFileException(what + ". Nothing was changed. Delete the directory " + range.directory()
                + " and resume to reprocess its items.");
    }
}
