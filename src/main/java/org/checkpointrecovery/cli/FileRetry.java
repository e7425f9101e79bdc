package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Outcome;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.sink.ResultMerge;
import org.checkpointrecovery.sink.ResultsFormat;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.checkpointrecovery.storage.InputIdentities;
import org.checkpointrecovery.storage.ItemJournal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of {@code run --retry-failed}: processes the failed items of a completed run again, and merges their results into its
 * output. The order of writes:
 *
 * <ol>
 *   <li>Copy the failed items and force the copies. Commit a checkpoint at their start: now the retry exists.
 *   <li>Process the copies with results, errors and checkpoints of their own, as in any run. The last checkpoint is at their end.
 *   <li>Merge output and results into a new file, force it, and replace the output with it.
 *   <li>Replace the errors file with the errors of the retry, or delete it if no item failed again.
 *   <li>Remove the checkpoint: now the retry is over. Delete its other files.
 * </ol>
 *
 * A crash before the first checkpoint leaves the files of the run as they were. A crash in the last steps repeats them. It need not
 * know which of them were done, because {@link ResultMerge} gives the same bytes for the old output and for the merged one.
 */
final class FileRetry {
    private static final Logger log = LoggerFactory.getLogger("run");

    private final Disk disk;
    private final ProgressDisplay display;
    private final RunFiles files;
    private final RetryFiles own;
    private final FileRun run;

    /** @param run that completed, with the options of this call */
    FileRetry(FileRun.Machine machine, RunFiles files, FileRun run) {
        this.disk = machine.disk();
        this.display = machine.display();
        this.files = files;
        this.own = files.retry();
        this.run = run;
    }

    /** @param fresh whether to discard an unfinished retry */
    int run(boolean fresh) throws BadOptionsException, IOException, InterruptedException {
        FileRun.Source source = run.source();
        refuseUnfinishedRun();
        run.idOf(FileRun.RETRY, source, fresh); // refuses the checkpoint of another retry before anything is changed
        if (!disk.exists(files.output())) {
            throw new BadOptionsException(
                    List.of("--retry-failed merges results into the output of a completed run, but "
                            + files.output()
                            + " does not exist. Nothing was changed. Restore it, or complete a run without"
                            + " --retry-failed first."));
        }
        Closeable lock = run.lock();
        try (lock) {
            try {
                return retry(source, fresh);
            } finally {
                disk.delete(files.growing()); // that of the lock
            }
        }
    }

    private void refuseUnfinishedRun() throws BadOptionsException, IOException {
        Optional<JobId> owner = FileCheckpointStore.ownerOf(disk, files.checkpoint());
        if (owner.isPresent() && !owner.get().value().startsWith(FileRun.RETRY)) {
            throw new BadOptionsException(List.of("The checkpoint " + files.checkpoint()
                    + " belongs to a run that has not completed. Nothing was changed."
                    + " Complete it first: run the same command without --retry-failed."));
        }
    }

    private int retry(FileRun.Source source, boolean fresh)
            throws BadOptionsException, IOException, InterruptedException {
        refuseUnfinishedRun(); // again: another run may have changed the checkpoint before the lock was free
        JobId id = run.idOf(FileRun.RETRY, source, fresh);
        FileCheckpointStore checkpoints = new FileCheckpointStore(disk, id, files.checkpoint());
        if (fresh) {
            run.discard(checkpoints);
        }
        Optional<Checkpoint> before = checkpoints.newest();
        if (before.isPresent()) {
            checkpoints.restore(); // forces what a killed process may not have forced
        } else if (!prepare(id, source, checkpoints)) {
            display.note("No failed items to retry: " + files.errors() + " has none, or does not exist");
            summarize(Position.START);
            return CommandLineTool.DONE;
        }
        Position reached = before.map(Checkpoint::position).orElse(Position.START);
        if (reached.nextItem() < disk.size(own.indexes()) / Long.BYTES) {
            RunEnd end = process(id, source, before.map(Checkpoint::run).orElse(0) + 1);
            if (end.end() != Run.End.COMPLETED) {
                return run.notDone(end);
            }
            reached = end.committed();
        }
        replaceOutput(reached);
        replaceErrors(reached.failed());
        return done(checkpoints, reached);
    }

    /** Copies the failed items, and makes the new retry durable. Returns false if there are none. */
    private boolean prepare(JobId id, FileRun.Source source, FileCheckpointStore checkpoints)
            throws BadOptionsException, IOException {
        deleteOwn(); // what a crash left
        if (!disk.exists(files.errors()) || disk.size(files.errors()) == 0) {
            return false;
        }
        boolean isPrepared = false;
        try {
            FileRun.Decoded decoded = run.decoded(source, false);
            isPrepared = new CompletedRun(disk, files).copyFailed(decoded.input(), run.itemsOf(decoded)) > 0;
        } finally {
            if (!isPrepared) {
                run.deleteCopies();
                deleteOwn();
            }
        }
        if (isPrepared) {
            disk.forceDirectory(directoryOf(own.items()));
            run.record(id, InputIdentities.of(disk, own.input()), checkpoints);
        } else {
            replaceErrors(0);
        }
        return isPrepared;
    }

    private RunEnd process(JobId id, FileRun.Source source, int number)
            throws BadOptionsException, IOException, InterruptedException {
        Format format = run.decoded(source, true).format();
        Job job = run.jobOf(id, true, format, InputIdentities.of(disk, own.input()));
        RunOrder.Target target = new RunOrder.Target(
                own.results(), own.errors(), ResultsFormat.JSON_LINES, files.checkpoint(), files.journal(), null);
        return run.runToEnd(new RunOrder(job, number, own.input(), target, run.means()));
    }

    private void replaceOutput(Position end) throws BadOptionsException, IOException {
        try {
            ResultMerge.write(
                    disk, files.output(), files.format().layout(), own.results(), end.resultsBytes(), own.merged());
        } catch (DamagedFileException e) {
            throw new BadOptionsException(List.of("The results of the retry cannot be merged: " + e.getMessage()
                    + ". Nothing was lost. Restore the file and run the same command again."));
        } catch (ResultMerge.OtherColumnsException e) {
            throw new BadOptionsException(List.of("The results of the retry cannot be merged: " + e.getMessage()
                    + ". Nothing was changed. Use the processor of the run and pass --fresh to discard the results."));
        }
        disk.copyPermissions(files.output(), own.merged());
        disk.move(own.merged(), files.output());
        disk.forceDirectory(directoryOf(files.output()));
    }

    /** @param failed number of items that failed again. If there are any and their file is gone, it has its name already */
    private void replaceErrors(long failed) throws IOException {
        if (failed == 0) {
            disk.delete(files.errors());
            disk.delete(own.errors());
        } else if (disk.exists(own.errors())) {
            if (disk.exists(files.errors())) {
                disk.copyPermissions(files.errors(), own.errors());
            }
            disk.move(own.errors(), files.errors());
        }
        disk.forceDirectory(directoryOf(files.errors()));
    }

    private int done(FileCheckpointStore checkpoints, Position end) throws IOException {
        run.deleteCopies(); // all this first: removing the checkpoint makes it durable
        ItemJournal.remove(disk, files.journal());
        checkpoints.remove();
        deleteOwn();
        boolean allFailed = Outcome.of(end) == Outcome.ALL_FAILED;
        if (allFailed) {
            log.error("Every retried item failed again. See {} for the reasons.", files.errors());
        } else if (end.failed() > 0) {
            log.warn("Failed again: {}. See {} for the reasons.", end.failed(), files.errors());
        }
        display.note("Retried " + end.nextItem() + " failed items: " + end.succeeded() + " succeeded, " + end.failed()
                + " failed again; checkpoint cleared");
        summarize(end);
        return allFailed ? CommandLineTool.ALL_ITEMS_FAILED : CommandLineTool.DONE;
    }

    private void summarize(Position end) {
        display.summary("{\"retried\":" + end.nextItem() + ",\"succeeded\":" + end.succeeded() + ",\"failed\":"
                + end.failed() + ",\"checkpoint_cleared\":true}");
    }

    private void deleteOwn() throws IOException {
        own.delete(disk);
        for (Path directory : own.directories()) {
            disk.forceDirectory(directory);
        }
    }

    private static Path directoryOf(Path file) {
        return requireNonNull(file.getParent());
    }
}
