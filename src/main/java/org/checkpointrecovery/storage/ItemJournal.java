package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * Records the outcomes of items that no checkpoint covers yet, in the order in which they finished. After a crash,
 * expensive calls are not repeated for these items, even if an earlier item was still in progress. The checkpoint
 * absorbs the journal, so its size depends on the number of items between the checkpoint and the furthest finished
 * item, not on the size of the job.
 *
 * <p>It is text, in append-only segments. Each run starts a new segment, and another one whenever a segment reaches
 * {@link #SEGMENT_BYTES}. A segment is deleted once the checkpoint has passed all of its items:
 *
 * <pre>
 * checkpoint-recovery-journal 1 0mh3k2v9x-7fq2mzt4
 * 1f2e03aa 17:5ab10c3e + {"index":17,"status":200,"attempts":1,"body":"ok"}
 * 77aa10bc 123 =
 * 0b6f3c11 16:90d2e1f7 - 1 5 503 HTTP_STATUS The endpoint answered 503 at the last of 5 attempts.
 * </pre>
 *
 * A line is a CRC-32C of the rest of the line, the number of the item in its job, a CRC-32C of the item, and {@code +}
 * with the result, or {@code -} with the run in which the item failed, attempts, HTTP status (0 for none), code and
 * message. Of two lines for one item the later one counts. Failures up to the last run that ended FAILED do not count:
 * resuming the job retries them. A line counts only if the checksum of the item matches, because others may change the
 * uncommitted part of a {@code path} input.
 *
 * <p>An incomplete line does not count; the lines after it do. {@code =} starts each write but a segment's first, and
 * says how many bytes of the segment were forced before. {@code ^} starts a segment that continues a full one of the
 * same run, and says how many bytes of that one were forced. So incomplete or missing bytes are damage if one of these
 * lines follows; otherwise a crash may have interrupted their write.
 *
 * <p>Used by one thread, except {@link #recovered}.
 */
public final class ItemJournal implements Closeable {
    static final int SEGMENT_BYTES = 4 * 1024 * 1024;
    static final char FORCED = '=';
    static final char CONTINUES = '^';
    private static final byte[] NOTHING = {};
    private static final String HEADER = "checkpoint-recovery-journal 1 ";

    private final Disk disk;
    private final JournalFiles files;
    private final OfRun run;
    private final int segmentBytes;
    private final RecoveredItems recovered;
    private final Deque<Segment> older;
    private final JsonBytes gathered = new JsonBytes(8 * 1024);

    private int lastSegment;
    private @Nullable DiskFile current;
    private boolean named;
    private long currentBytes;
    /** Forced bytes of the segment that the next one continues; -1 if it continues none. */
    private long rolledBytes = -1;

    private long lastNumberInCurrent = -1;

    /**
     * Whose journal it is.
     *
     * @param run number of the run that writes it, from 1
     * @param lastFailed number of the last earlier run that ended FAILED; 0 if there is none
     */
    public record OfRun(JobId job, int run, int lastFailed) {}

    /** A file that is no longer written to. */
    record Segment(int number, long lastItem) {}

    private ItemJournal(Disk disk, JournalFiles files, OfRun run, int segmentBytes, RecoveredItems recovered) {
        this.disk = disk;
        this.files = files;
        this.run = run;
        this.segmentBytes = segmentBytes;
        this.recovered = recovered;
        this.older = new ArrayDeque<>(recovered.segments());
        this.lastSegment = recovered.lastSegment();
    }

    /** Reads the journal of earlier runs for a run that starts at an item. Changes nothing on disk. */
    public static ItemJournal open(Disk disk, JournalFiles files, OfRun run, long nextItem) throws IOException {
        return open(disk, files, run, nextItem, SEGMENT_BYTES);
    }

    static ItemJournal open(Disk disk, JournalFiles files, OfRun run, long nextItem, int segmentBytes)
            throws IOException {
        RecoveredItems recovered = RecoveredItems.read(disk, files, HEADER + run.job(), nextItem, run.lastFailed());
        return new ItemJournal(disk, files, run, segmentBytes, recovered);
    }

    /** Returns the names of damaged or missing segments, whose items are reprocessed; empty if there are none. */
    public List<String> damaged() {
        return recovered.damaged().stream()
                .map(segment -> String.valueOf(files.segment(segment).getFileName()))
                .toList();
    }

    /**
     * Returns the outcome of an item in an earlier run; null if there is none. Thread-safe.
     *
     * @param item checksum of the item, as passed to {@link #append}
     */
    public @Nullable Entry recovered(long number, int item) throws IOException {
        return recovered.read(number, item);
    }

    /** The outcome of a finished item. */
    public sealed interface Entry {
        /** @param result one JSON value without a line break */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Succeeded(byte[] result) implements Entry {}

        record Failed(ItemFailure failure, int attempts) implements Entry {}
    }

    /**
     * @param number of the item in its job, from 0
     * @param item a checksum of the item
     */
    public void append(long number, int item, Entry entry) {
        String about = number + ":" + HexFormat.of().toHexDigits(item);
        if (entry instanceof Entry.Succeeded succeeded) {
            appendLine(gathered, about, "+ ", succeeded.result());
        } else if (entry instanceof Entry.Failed failed) {
            ItemFailure failure = failed.failure();
            String line =
                    run.run() + " " + failed.attempts() + " " + (failure.status() == null ? 0 : failure.status()) + " "
                            + failure.code().name() + " "
                            + failure.message().replaceAll("[\r\n]+", " ");
            appendLine(gathered, about, "- ", line.getBytes(UTF_8));
        }
        lastNumberInCurrent = Math.max(lastNumberInCurrent, number);
    }

    private static void appendLine(JsonBytes lines, String about, String kind, byte[] rest) {
        byte[] head = (about + " " + kind).getBytes(US_ASCII);
        CRC32C crc = new CRC32C();
        crc.update(head);
        crc.update(rest);
        lines.raw(HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII))
                .raw(' ')
                .raw(head)
                .raw(rest)
                .raw('\n');
    }

    /** Makes all appended entries survive a power cut. */
    public void force() throws IOException {
        if (gathered.length() == 0) {
            return;
        }
        DiskFile file = current == null ? begin() : current;
        JsonBytes opening = new JsonBytes(80);
        if (currentBytes > 0) {
            appendLine(opening, String.valueOf(currentBytes), String.valueOf(FORCED), NOTHING);
        } else {
            opening.raw((HEADER + run.job() + "\n").getBytes(US_ASCII));
            if (rolledBytes >= 0) {
                appendLine(opening, String.valueOf(rolledBytes), String.valueOf(CONTINUES), NOTHING);
            }
        }
        file.append(opening.array(), 0, opening.length());
        file.append(gathered.array(), 0, gathered.length());
        file.force();
        if (!named) {
            // The content of a file counts only once its name is durable.
            disk.forceDirectory(files.directory());
            named = true;
        }
        currentBytes += opening.length() + gathered.length();
        gathered.clear();
        if (currentBytes >= segmentBytes) {
            file.close();
            older.addLast(new Segment(lastSegment, lastNumberInCurrent));
            current = null;
            rolledBytes = currentBytes;
            lastNumberInCurrent = -1; // not when the next one starts: entries gathered by then belong to it
        }
    }

    private DiskFile begin() throws IOException {
        DiskFile file = disk.open(files.segment(++lastSegment));
        current = file;
        named = false;
        file.cutBack(0);
        currentBytes = 0;
        return file;
    }

    /** Deletes the segments that the checkpoint has passed. */
    public void absorbed(long nextItem) throws IOException {
        // In order: a segment missing between needed ones would count as damage.
        while (!older.isEmpty() && older.getFirst().lastItem() < nextItem) {
            int segment = older.removeFirst().number();
            recovered.close(segment);
            disk.delete(files.segment(segment));
        }
    }

    /** Deletes the journal of a job that no longer needs one. */
    public static void remove(Disk disk, JournalFiles files) throws IOException {
        for (int segment : RecoveredItems.segmentsOf(disk, files)) {
            disk.delete(files.segment(segment));
        }
    }

    @Override
    public void close() throws IOException {
        try (recovered) {
            if (current != null) {
                current.close();
            }
        }
    }
}
