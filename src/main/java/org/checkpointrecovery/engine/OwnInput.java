package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.JobFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Inputs that a job stores in its own directory: inline items, and copies of failed items. */
final class OwnInput {
    private static final Logger log = LoggerFactory.getLogger(OwnInput.class);
    private static final int AT_A_TIME = 4096;
    private static final int WRITE_BYTES = 256 * 1024;

    private final Disk disk;
    private final int maxItemBytes;

    OwnInput(Disk disk, int maxItemBytes) {
        this.disk = disk;
        this.maxItemBytes = maxItemBytes;
    }

    /**
     * Returns the inline items, as they were sent, or why they cannot be shown.
     *
     * @param readable the disk on which the job's files can be read
     */
    static InlineItems readItems(Disk readable, JobFiles files, Job job) {
        String name = String.valueOf(files.ownInput().getFileName());
        try {
            long expected = job.identity() == null ? 0 : job.identity().bytes();
            long size = readable.size(files.ownInput());
            if (size != expected) {
                return InlineItems.unavailable(name + " has " + size + " bytes instead of " + expected);
            }
            String lines = new String(readable.read(files.ownInput()), StandardCharsets.UTF_8);
            return InlineItems.of(
                    lines.isEmpty()
                            ? List.of()
                            : List.of(lines.substring(0, lines.length() - 1).split("\n", -1)));
        } catch (NoSuchFileException e) {
            return InlineItems.unavailable(name + " is missing");
        } catch (IOException e) {
            log.warn("Job {}: cannot read its items: {}", job.id(), e.toString());
            return InlineItems.unavailable(name + " cannot be read; see the log");
        }
    }

    /**
     * Copies the failed items of another job, with their indexes there, and forces the copies.
     *
     * @param errors the errors file of that job
     * @param errorsBytes its committed bytes
     * @return the number of copied items
     */
    long copyFailed(JobFiles files, Job parent, Input input, Path errors, long errorsBytes) throws IOException {
        long inputBytes = requireNonNull(parent.identity()).bytes();
        JsonBytes lines = new JsonBytes(WRITE_BYTES);
        JsonBytes indexes = new JsonBytes(WRITE_BYTES / 16);
        long copied = 0;
        InputItems all = input.items(disk, parent.validSpec().format(), inputBytes, maxItemBytes);
        CsvHeader header = all.header();
        if (header != null && header.raw().length > 0) {
            append(lines, header.raw(), 0, header.raw().length);
        }
        try (FailedIndexes failed = new FailedIndexes(disk.openForRead(errors), errorsBytes);
                ItemSource source = all.open(Position.START);
                SeekableByteChannel raw = input.open(disk);
                DiskFile lineFile = disk.open(files.ownInput());
                DiskFile indexFile = disk.open(files.ownIndexes())) {
            long wanted = failed.next();
            while (wanted >= 0) { // stop after the last one: the rest of the input may not be a valid item
                Items items = source.read(AT_A_TIME);
                if (items.count() == 0) {
                    break;
                }
                for (int number = 0; number < items.count(); number++) {
                    Item item = items.get(number);
                    if (item.index() != wanted) {
                        continue;
                    }
                    if (item.cut()) {
                        flush(lines, lineFile);
                        copyLine(raw, items.cutLineStart(), items.nextBytes(), lineFile);
                    } else {
                        append(lines, item.bytes(), item.start(), item.end());
                    }
                    indexes.raw(ByteBuffer.allocate(Long.BYTES).putLong(wanted).array());
                    copied++;
                    wanted = failed.next();
                }
                if (lines.length() >= WRITE_BYTES) {
                    flush(lines, lineFile);
                    flush(indexes, indexFile);
                }
            }
            if (wanted >= 0) {
                throw new DamagedFileException(
                        "the errors file names item " + wanted + ", which the input does not have");
            }
            flush(lines, lineFile);
            flush(indexes, indexFile);
            lineFile.force();
            indexFile.force();
        }
        return copied;
    }

    private static void flush(JsonBytes bytes, DiskFile file) throws IOException {
        file.append(bytes.array(), 0, bytes.length());
        bytes.clear();
    }

    /**
     * Appends a line and its end: CR LF if the line ends in a carriage return, which a line feed alone would make part
     * of the line end.
     */
    private static void append(JsonBytes lines, byte[] line, int start, int end) {
        lines.raw(line, start, end).raw(endFor(end == start ? 0 : line[end - 1]));
    }

    private static byte[] endFor(byte last) {
        return last == '\r' ? new byte[] {'\r', '\n'} : new byte[] {'\n'};
    }

    /** Copies a line of any length with its end. Adds an end if it has none. */
    private static void copyLine(SeekableByteChannel raw, long from, long to, DiskFile file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(WRITE_BYTES);
        raw.position(from);
        byte last = 0;
        for (long left = to - from; left > 0; ) {
            buffer.clear().limit((int) Math.min(left, buffer.capacity()));
            int count = raw.read(buffer);
            if (count < 0) {
                throw new DamagedFileException("the input ends before byte " + to);
            }
            file.append(buffer.array(), 0, count);
            last = count > 0 ? buffer.array()[count - 1] : last;
            left -= count;
        }
        if (last != '\n') {
            byte[] end = endFor(last);
            file.append(end, 0, end.length);
        }
    }
}
