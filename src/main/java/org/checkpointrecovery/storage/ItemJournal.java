package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * What became of items that no checkpoint covers yet, in the order in which they were finished: so that after a crash an item
 * that was worked on at a price is not worked on again, even while an earlier one is still under way. The checkpoint absorbs
 * what is here: its size follows the number of items between the checkpoint and the furthest one that is finished, not the
 * job's.
 *
 * <p>It is text, in segments that are appended to, begun anew by each run and when one has become {@link #SEGMENT_BYTES} long,
 * and deleted when the checkpoint has passed all that is in them:
 *
 * <pre>
 * checkpoint-recovery-journal 1 0mh3k2v9x-7fq2mzt4
 * 1f2e03aa 17 + {"index":17,"status":200,"attempts":1,"body":"ok"}
 * 77aa10bc 16 - 5 503 HTTP_STATUS The endpoint answered 503 at the last of 5 attempts.
 * 0b6f3c11 0 ~
 * </pre>
 *
 * A line is a CRC-32C of the rest of it, the number of the item in its job, and {@code +} with its result or {@code -} with
 * attempts, HTTP status (0 for none), code and message of its failure; {@code ~} takes back all failures before it, because a
 * job that failed for them is resumed to try them again. A segment counts up to its first line that is not whole: a crash in
 * the middle of a write leaves one. Of two lines about one item the later counts.
 *
 * <p>Used by one thread, but for {@link #recovered}.
 */
public final class ItemJournal implements Closeable {
    static final int SEGMENT_BYTES = 4 * 1024 * 1024;
    private static final String HEADER = "checkpoint-recovery-journal 1 ";

    private final Disk disk;
    private final JobFiles files;
    private final JobId job;
    private final RecoveredItems recovered;
    private final Deque<Segment> older;
    private final JsonBytes gathered = new JsonBytes(8 * 1024);

    private int lastSegment;
    private @Nullable DiskFile current;
    private boolean named;
    private long currentBytes;
    private long lastNumberInCurrent = -1;

    /** A file that is not written to any more. */
    record Segment(int number, long lastItem) {}

    private ItemJournal(Disk disk, JobFiles files, JobId job, RecoveredItems recovered) {
        this.disk = disk;
        this.files = files;
        this.job = job;
        this.recovered = recovered;
        this.older = new ArrayDeque<>(recovered.segments());
        this.lastSegment = recovered.lastSegment();
    }

    /**
     * Reads what earlier runs left, for a run that begins at an item.
     *
     * @param forgetFailures whether items that failed beyond the checkpoint are to be tried again
     */
    public static ItemJournal open(Disk disk, JobFiles files, JobId job, long nextItem, boolean forgetFailures)
            throws IOException {
        RecoveredItems recovered = RecoveredItems.read(disk, files, HEADER + job, nextItem);
        ItemJournal journal = new ItemJournal(disk, files, job, recovered);
        if (forgetFailures && recovered.forgetFailures()) {
            journal.append(0, "~", new byte[0]);
            journal.force();
        }
        return journal;
    }

    /** What became of an item in an earlier run; null if nothing did. From any thread. */
    public @Nullable Entry recovered(long number) throws IOException {
        return recovered.read(number);
    }

    /** An item that is finished. */
    public sealed interface Entry {
        /** @param result one JSON value without a line break */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Succeeded(byte[] result) implements Entry {}

        record Failed(ItemFailure failure, int attempts) implements Entry {}
    }

    /** @param number of the item in its job, from 0 */
    public void append(long number, Entry entry) {
        if (entry instanceof Entry.Succeeded succeeded) {
            append(number, "+ ", succeeded.result());
        } else if (entry instanceof Entry.Failed failed) {
            ItemFailure failure = failed.failure();
            String line = failed.attempts() + " " + (failure.status() == null ? 0 : failure.status()) + " "
                    + failure.code().name() + " "
                    + failure.message().replaceAll("[\r\n]+", " ");
            append(number, "- ", line.getBytes(UTF_8));
        }
        lastNumberInCurrent = Math.max(lastNumberInCurrent, number);
    }

    private void append(long number, String kind, byte[] rest) {
        byte[] head = (number + " " + kind).getBytes(US_ASCII);
        CRC32C crc = new CRC32C();
        crc.update(head);
        crc.update(rest);
        gathered.raw(HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII))
                .raw(' ')
                .raw(head)
                .raw(rest)
                .raw('\n');
    }

    /** On return all that was appended survives a power cut. */
    public void force() throws IOException {
        if (gathered.length() == 0) {
            return;
        }
        DiskFile file = current == null ? begin() : current;
        file.append(gathered.array(), 0, gathered.length());
        file.force();
        if (!named) {
            // What is in a file counts only when its name is there for good.
            disk.forceDirectory(files.directory());
            named = true;
        }
        currentBytes += gathered.length();
        gathered.clear();
        if (currentBytes >= SEGMENT_BYTES) {
            file.close();
            older.addLast(new Segment(lastSegment, lastNumberInCurrent));
            current = null;
            lastNumberInCurrent = -1; // not when the next one begins: what is gathered by then belongs to it
        }
    }

    private DiskFile begin() throws IOException {
        DiskFile file = disk.open(files.journal(++lastSegment));
        current = file;
        named = false;
        byte[] header = (HEADER + job + "\n").getBytes(US_ASCII);
        file.cutBack(0);
        file.append(header, 0, header.length);
        currentBytes = header.length;
        return file;
    }

    /** Deletes what the checkpoint has passed. */
    public void absorbed(long nextItem) throws IOException {
        // In their order: a later segment may take back what an earlier one says.
        while (!older.isEmpty() && older.getFirst().lastItem() < nextItem) {
            int segment = older.removeFirst().number();
            recovered.close(segment);
            disk.delete(files.journal(segment));
        }
    }

    /** Deletes the journal of a job that needs none any more. */
    public static void remove(Disk disk, JobFiles files) throws IOException {
        for (int segment : RecoveredItems.segmentsOf(disk, files)) {
            disk.delete(files.journal(segment));
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
