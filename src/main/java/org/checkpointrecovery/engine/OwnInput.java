package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.CommittedBytes;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.JobFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Inputs that a job stores in its own directory: inline items, and copies of failed items. */
final class OwnInput {
    private static final Logger log = LoggerFactory.getLogger(OwnInput.class);
    private static final int AT_A_TIME = 4096;

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
     * @param errors of that job
     * @return the number of copied items
     */
    long copyFailed(JobFiles files, Job parent, Input input, CommittedBytes errors) throws IOException {
        long inputBytes = requireNonNull(parent.identity()).bytes();
        InputItems all = input.items(disk, parent.validSpec().format(), inputBytes, maxItemBytes);
        try (FailedIndexes failed = new FailedIndexes(errors.openExisting(), errors.bytes());
                ItemSource source = all.open(Position.START);
                ItemCopies copies = ItemCopies.open(disk, input, files.ownInput(), files.ownIndexes())) {
            copies.begin(all.header());
            long wanted = failed.next();
            while (wanted >= 0) { // stop after the last one: the rest of the input may not be a valid item
                Items items = source.read(AT_A_TIME);
                if (items.count() == 0) {
                    break;
                }
                for (int number = 0; number < items.count(); number++) {
                    Item item = items.get(number);
                    if (item.index() == wanted) {
                        copies.add(item, items);
                        wanted = failed.next();
                    }
                }
            }
            if (wanted >= 0) {
                throw new DamagedFileException(
                        "the errors file names item " + wanted + ", which the input does not have");
            }
            copies.force();
            return copies.count();
        }
    }
}
