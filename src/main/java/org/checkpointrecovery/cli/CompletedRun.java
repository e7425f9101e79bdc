package org.checkpointrecovery.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.engine.ItemCopies;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.sink.ErrorLine;
import org.checkpointrecovery.sink.ResultRecords;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputItems;

/**
 * The input, output and errors file of a run that completed, read side by side in one pass. They belong together if each item of
 * the input has a result or an error, the errors show the items of the input, and nothing else is in the files.
 *
 * <p>An item that has both a result and an error succeeded: a retry that somebody gave up may have replaced the output, which
 * it does first, and not the errors file.
 */
final class CompletedRun {
    private static final int AT_A_TIME = 4096;

    private final Disk disk;
    private final RunFiles files;

    CompletedRun(Disk disk, RunFiles files) {
        this.disk = disk;
        this.files = files;
    }

    /**
     * Copies the failed items and their indexes, and forces the copies, but not their names.
     *
     * @param input that the items are read from
     * @param all items of the input
     * @return the number of copied items
     * @throws BadOptionsException if the files do not belong together
     */
    long copyFailed(Input input, InputItems all) throws BadOptionsException, IOException {
        RetryFiles retry = files.retry();
        try (ResultRecords results = open(files.output(), files.format().layout());
                ResultRecords errors = open(files.errors(), ResultRecords.Layout.LINES);
                ItemSource source = all.open(Position.START);
                ItemCopies copies = ItemCopies.open(disk, input, retry.items(), retry.indexes())) {
            copies.begin(all.header());
            boolean hasResult = results.next();
            boolean hasError = errors.next();
            long count = 0;
            for (Items items = source.read(AT_A_TIME); items.count() > 0; items = source.read(AT_A_TIME)) {
                for (int number = 0; number < items.count(); number++) {
                    Item item = items.get(number);
                    boolean succeeded = hasResult && results.index() == item.index();
                    boolean failed = hasError && errors.index() == item.index();
                    if (!succeeded && !failed) {
                        throw refused("item " + item.index() + " of the input is in neither of them");
                    }
                    if (failed && !ErrorLine.isOf(errors.record(), item)) {
                        throw refused("item " + item.index() + " of the input is not the one in the errors file");
                    }
                    if (failed && !succeeded) {
                        copies.add(item, items);
                    }
                    hasResult = succeeded ? results.next() : hasResult;
                    hasError = failed ? errors.next() : hasError;
                }
                count += items.count();
            }
            if (hasResult || hasError) {
                throw refused("there is an item " + (hasResult ? results : errors).index() + " in "
                        + (hasResult ? files.output() : files.errors()) + ", but the input has "
                        + (count == 1 ? "1 item" : count + " items"));
            }
            copies.force();
            return copies.count();
        } catch (DamagedFileException | OpenQuoteException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    private ResultRecords open(Path file, ResultRecords.Layout layout) throws IOException {
        return ResultRecords.open(disk, file, layout, disk.size(file));
    }

    private BadOptionsException refused(String why) {
        return new BadOptionsException(List.of("--retry-failed cannot use " + files.output() + " and " + files.errors()
                + " with this input: " + why + ". Nothing was changed. Restore the files of the run. To process all"
                + " items again, run the same command without --retry-failed."));
    }
}
