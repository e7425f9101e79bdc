package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;
import org.checkpointrecovery.coding.UndecodableException;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.MergedResults;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.local.LocalEngine;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.Elapsed;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Outcome;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.sink.ResultsFile;
import org.checkpointrecovery.sink.ResultsFormat;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputDecoder;
import org.checkpointrecovery.storage.InputIdentities;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.ItemJournal;
import org.checkpointrecovery.storage.OverlaidDisk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of the {@code run} command: the engine of the service on files that the user names. The checkpoint is the only record
 * of the job. The id in it starts with a digest of what must stay the same while the run continues: input, format and
 * processor. The rest is unique, so that no two runs make calls with the same keys.
 */
final class FileRun {
    private static final Logger log = LoggerFactory.getLogger("run");
    /** What the id of a run starts with. */
    static final String RUN = "run-";
    /** What the id of a retry of failed items starts with. */
    static final String RETRY = "try-";

    private static final Duration STOP_GRACE = Duration.ofSeconds(8);
    private static final int COPY_BYTES = 64 * 1024;
    /** Failed items that are shown where their file is not kept. */
    private static final int SHOWN_ERRORS = 10;

    private final Disk disk;
    private final Clock clock;
    private final Locks locks;
    private final RunFiles files;
    private final RunWork work;
    private final RunProcessor processor;
    private final int maxItemBytes;
    private final ProgressDisplay display;
    private final Console console;

    /** Prevents two runs from writing to the same file. */
    interface Locks {
        /** Locks a file, which is created if it does not exist. Returns null if another run holds the lock. */
        @Nullable
        Closeable tryLock(Path file) throws IOException;
    }

    /** The resources of the machine that a run uses; tests replace them. */
    record Machine(Disk disk, Clock clock, Locks locks, ProgressDisplay display, Console console) {}

    /** Standard input and output. */
    record Console(InputStream in, OutputStream out) {}

    FileRun(Machine machine, RunFiles files, RunWork work, int maxItemBytes) {
        this.disk = machine.disk();
        this.clock = machine.clock();
        this.locks = machine.locks();
        this.display = machine.display();
        this.console = machine.console();
        this.files = files;
        this.work = work;
        this.processor = work.processor();
        this.maxItemBytes = maxItemBytes;
    }

    int run(boolean fresh) throws BadOptionsException, IOException, InterruptedException {
        if (files.streams().in() && !work.input().isInline()) {
            readStandardInput(fresh);
        }
        Source source = source();
        JobId id = idOf(RUN, source, fresh);
        FileCheckpointStore checkpoints = new FileCheckpointStore(disk, id, files.checkpoint());
        Optional<Checkpoint> before = fresh ? Optional.empty() : checkpoints.newest();
        if (before.isPresent() && isFinished(before.get().position())) {
            return done(checkpoints, before.get().position());
        }
        Closeable lock = lock();
        try (lock) {
            if (fresh) { // not before: they may be those of a run that is under way
                discard(checkpoints);
            }
            Decoded decoded = decoded(source, before.isPresent());
            if (disk.exists(files.output())) {
                disk.copyPermissions(files.output(), files.growing()); // it will replace the output
            }
            int number = before.map(Checkpoint::run).orElse(0) + 1;
            if (before.isEmpty() && (processor.isConcurrent() || work.crashesOnce())) {
                record(id, decoded.identity(), checkpoints);
            }
            Job job = jobOf(id, before.isPresent(), decoded.format(), decoded.identity());
            RunOrder.Target target = new RunOrder.Target(
                    files.growing(),
                    files.errors(),
                    files.format().growing(),
                    files.checkpoint(),
                    files.journal(),
                    null);
            RunEnd end = runToEnd(new RunOrder(job, number, decoded.input(), target, means()));
            refuseChangedInput(end, before.map(Checkpoint::position).orElse(Position.START));
            return end.end() == Run.End.COMPLETED ? finish(id, checkpoints, end.committed()) : notDone(end);
        }
    }

    /**
     * The input as the user names it, or the inline items that {@link #readable} has.
     *
     * @param format of the items; without the delimiter of the input if that must be decoded first
     */
    record Source(Input input, InputIdentity identity, Decoding decoding, Format format) {}

    Source source() throws BadOptionsException, IOException {
        Input source =
                work.input().isInline() ? new Input(files.input(), null, false, true) : Input.of(files.input(), true);
        Disk readable = readable();
        InputIdentity identity = InputIdentities.of(readable, source);
        Decoding decoding = decoding(source);
        Format format = decoding.isNone()
                ? formatOf(readable, source, identity)
                : work.spec().format();
        return new Source(source, identity, decoding, format);
    }

    /** Returns the disk with the inline items on it, whether they are written or not. */
    private Disk readable() {
        if (!work.input().isInline()) {
            return disk;
        }
        byte[] items = work.job().lines();
        return new OverlaidDisk(disk, file -> file.equals(files.input()) ? items : null);
    }

    /** The input as text in UTF-8. */
    record Decoded(Input input, InputIdentity identity, Format format) {}

    /** @param hasCheckpoint whether an earlier call may have left the decoded input */
    Decoded decoded(Source source, boolean hasCheckpoint) throws BadOptionsException, IOException {
        if (work.input().isInline()) {
            writeItems(work.job().lines());
            Input items =
                    new Input(files.input(), null, true, true); // true: the checkpoint detects writes of others to it
            return new Decoded(items, InputIdentities.of(disk, items), source.format());
        }
        if (source.decoding().isNone()) {
            return new Decoded(source.input(), source.identity(), source.format());
        }
        Input input = decoded(source.input(), source.decoding(), hasCheckpoint);
        InputIdentity identity = InputIdentities.of(disk, input);
        return new Decoded(input, identity, formatOf(disk, input, identity));
    }

    /** Writes the inline items to a file of the run, unless an earlier call has. */
    private void writeItems(byte[] items) throws IOException {
        if (disk.exists(files.input())
                && disk.size(files.input()) == items.length
                && Arrays.equals(disk.read(files.input()), items)) {
            return;
        }
        try (DiskFile copy = disk.open(files.reading())) {
            copy.cutBack(0);
            copy.append(items, 0, items.length);
            copy.force();
        }
        disk.move(files.reading(), files.input());
        disk.forceDirectory(requireNonNull(files.input().getParent()));
    }

    /** Keeps other runs from writing to the output until the lock is closed. */
    Closeable lock() throws BadOptionsException, IOException {
        Closeable lock = locks.tryLock(files.growing());
        if (lock == null) {
            throw new BadOptionsException(List.of(files.growing() + " is locked by another run. Nothing was changed."
                    + " Wait until that run ends, or name another --output"));
        }
        return lock;
    }

    /** Removes a checkpoint and what is needed for as long as it exists. */
    void discard(FileCheckpointStore checkpoints) throws IOException {
        checkpoints.remove();
        ItemJournal.remove(disk, files.journal());
        deleteDecoded();
        files.retry().delete(disk);
    }

    InputItems itemsOf(Decoded decoded) throws IOException {
        return decoded.input().items(disk, decoded.format(), decoded.identity().bytes(), maxItemBytes);
    }

    /** @param continues whether the spec has rehearsed its crash */
    Job jobOf(JobId id, boolean continues, Format format, InputIdentity identity) {
        JobSpec spec = continues ? work.continued() : work.spec();
        return Job.submitted(id, null, spec.withFormat(format), identity, null, null, clock.instant());
    }

    RunOrder.Means means() {
        return new RunOrder.Means(disk, processor.processors(), new RunControl());
    }

    /** Copies standard input to a file, unless an earlier run that did not complete has left its copy. */
    private void readStandardInput(boolean fresh) throws IOException {
        if (disk.exists(files.input()) && !fresh) {
            display.note("Continuing with " + files.input()
                    + ", the standard input of an earlier run. To read standard input again, pass --fresh.");
            return;
        }
        try (DiskFile copy = disk.open(files.reading())) {
            copy.cutBack(0);
            byte[] buffer = new byte[COPY_BYTES];
            for (int count = console.in().read(buffer);
                    count >= 0;
                    count = console.in().read(buffer)) {
                copy.append(buffer, 0, count);
            }
            copy.force();
        }
        disk.move(files.reading(), files.input());
        disk.forceDirectory(requireNonNull(files.input().getParent()));
    }

    /** Makes the id of a new run durable before its first call. */
    void record(JobId id, InputIdentity identity, FileCheckpointStore checkpoints) throws IOException {
        checkpoints.restore(); // sets a damaged checkpoint aside
        ItemJournal.remove(disk, files.journal());
        checkpoints.commit(new Checkpoint(id, 1, Position.START, identity.times(), clock.instant(), Duration.ZERO));
    }

    private Decoding decoding(Input source) throws BadOptionsException, IOException {
        if (work.input().isInline()) {
            return Decoding.NONE;
        }
        try {
            return decoder()
                    .find(
                            source,
                            files.input().toString(),
                            work.spec().input().decoding().encoding());
        } catch (UndecodableException e) {
            throw bad(e);
        }
    }

    private InputDecoder decoder() {
        return new InputDecoder(disk, Long.MAX_VALUE, () -> false);
    }

    private BadOptionsException bad(UndecodableException e) {
        return new BadOptionsException(List.of(work.input() + " cannot be used: " + e.getMessage()));
    }

    /**
     * Returns the input as text in UTF-8, in a file of the run. The decoded file of an earlier call is reused only together with
     * its checkpoint, which proves that it belongs to this input.
     */
    private Input decoded(Input source, Decoding decoding, boolean hasCheckpoint)
            throws BadOptionsException, IOException {
        Input decoded = Input.of(files.decoded(), true); // true: the checkpoint detects writes of others to it
        if (hasCheckpoint && disk.exists(files.decoded())) {
            return decoded;
        }
        try {
            deleteDecoded();
            display.note("Decoding " + files.input() + " into " + files.decoded());
            decoder().decode(source, decoding, files.decoding());
            disk.move(files.decoding(), files.decoded());
            disk.forceDirectory(requireNonNull(files.decoded().getParent()));
            formatOf(disk, decoded, InputIdentities.of(disk, decoded));
            return decoded;
        } catch (UndecodableException e) {
            forget(hasCheckpoint);
            throw bad(e);
        } catch (BadOptionsException e) {
            forget(hasCheckpoint);
            throw e;
        }
    }

    /** Removes the files of a run that could not begin. */
    private void forget(boolean hasCheckpoint) throws IOException {
        deleteDecoded();
        if (!hasCheckpoint) {
            disk.delete(files.growing());
        }
    }

    private void deleteDecoded() throws IOException {
        disk.delete(files.decoding());
        disk.delete(files.decoded());
    }

    /** Deletes the input if it is a copy of what is not a file, and the decoded input. */
    void deleteCopies() throws IOException {
        deleteDecoded();
        if (files.streams().in()) {
            disk.delete(files.input());
        }
    }

    /** Returns the requested format, with the delimiter of the input. Rejects an input that the processor cannot use. */
    private Format formatOf(Disk readable, Input input, InputIdentity identity)
            throws BadOptionsException, IOException {
        try {
            InputItems items = input.items(readable, work.spec().format(), identity.bytes(), maxItemBytes);
            CsvHeader header = items.header();
            if (header != null) {
                OptionValues values = new OptionValues();
                processor.check(header.names(), values);
                values.throwIfInvalid();
            }
            return items.format();
        } catch (CsvHeader.BadHeaderException e) {
            throw new BadOptionsException(List.of(work.input() + " cannot be read as CSV: " + e.getMessage()));
        }
    }

    /**
     * Returns the id of the run that the checkpoint belongs to, or a new one.
     *
     * @param kind {@link #RUN} or {@link #RETRY}
     * @throws BadOptionsException if the checkpoint belongs to something else
     */
    JobId idOf(String kind, Source source, boolean fresh) throws BadOptionsException, IOException {
        String start = kind + digest(source) + "-";
        Optional<JobId> owner = fresh ? Optional.empty() : FileCheckpointStore.ownerOf(disk, files.checkpoint());
        if (owner.isPresent() && kind.equals(RUN) && owner.get().value().startsWith(RETRY)) {
            throw new BadOptionsException(List.of("The checkpoint " + files.checkpoint()
                    + " belongs to an unfinished retry of failed items. Nothing was changed. To finish the retry, run"
                    + " its command with --retry-failed. To discard it and start at the first item, pass --fresh."));
        }
        if (owner.isPresent() && !owner.get().value().startsWith(start)) {
            throw new BadOptionsException(List.of("The checkpoint " + files.checkpoint()
                    + " belongs to another input, format or processor, or another release wrote it; or the input has"
                    + " changed since (checkpoint: " + owner.get() + ", this command: " + start
                    + "…). Nothing was changed. To start at the first item, remove the checkpoint or pass --fresh."));
        }
        return owner.orElseGet(() -> new JobId(start + new IdGenerator(clock, ThreadLocalRandom.current()).next()));
    }

    /**
     * Returns 16 digits for what must stay the same while a run continues. A byte position of one format or encoding means
     * nothing in another. The input's times are in the checkpoint.
     */
    private String digest(Source source) {
        Format format = source.format();
        CRC32C crc = new CRC32C();
        String text = source.identity().bytes() + "\n" + format.kind() + "\n" + format.delimiter() + "\n"
                + format.names() + "\n" + format.skipRecords() + "\n" + format.quote() + "\n"
                + source.decoding().compression() + "\n" + source.decoding().encoding() + "\n"
                + files.format().growing() + "\n" + processor.identity();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x%08x", source.identity().crc32c(), (int) crc.getValue());
    }

    /** Rejects the checkpoint if the run found, before it processed anything, that the input has changed. */
    private void refuseChangedInput(RunEnd end, Position before) throws BadOptionsException {
        Reason reason = end.reason();
        if (reason != null
                && reason.code() == ErrorCode.INPUT_CHANGED
                && end.committed().equals(before)) {
            throw new BadOptionsException(List.of("The checkpoint " + files.checkpoint()
                    + " cannot be used. " + reason.message()
                    + " To start at the first item, remove the checkpoint or pass --fresh."));
        }
    }

    /** Whether a crash interrupted an earlier call between finishing the output and removing the checkpoint. */
    private boolean isFinished(Position committed) throws IOException {
        return committed.nextItem() > 0
                && files.format() != OutputFormat.CSV // which keeps its lines until the end
                && !disk.exists(files.growing())
                && disk.exists(files.output())
                && disk.size(files.output())
                        == ResultsFile.finishedBytes(files.format().growing(), committed.resultsBytes());
    }

    RunEnd runToEnd(RunOrder order) throws InterruptedException {
        Listener listener = new Listener(order.job());
        Runnable halt = () -> Runtime.getRuntime().halt(137);
        JobEngine local = new LocalEngine(disk, clock, 1, maxItemBytes, halt);
        boolean rehearses = order.job().validSpec().faults() != null;
        JobEngine engine = rehearses ? RehearsingEngine.local(local, halt) : local;
        Thread stop = new Thread(() -> engine.shutDown(STOP_GRACE), "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        engine.submit(order, listener);
        RunEnd end = listener.end.join();
        engine.shutDown(STOP_GRACE);
        display.end();
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException e) {
            stop.join(); // the process is ending
        }
        return end;
    }

    private int finish(JobId id, FileCheckpointStore checkpoints, Position end) throws IOException {
        if (disk.exists(files.output()) && !disk.isFile(files.output())) {
            throw new IOException(
                    files.output() + " is no longer a regular file; the results are in " + files.growing());
        }
        ResultsFormat growing = files.format().growing();
        if (files.format() == OutputFormat.CSV) {
            try (MergedResults lines = MergedResults.of(disk, id, files.growing(), end.resultsBytes())) {
                ResultsFile.writeCsv(disk, lines::next, files.converting(), files.output());
            }
        } else {
            ResultsFile.finish(disk, files.growing(), growing, end.resultsBytes(), files.output());
        }
        return done(checkpoints, end);
    }

    private int done(FileCheckpointStore checkpoints, Position end) throws IOException {
        if (files.streams().out()) {
            print(files.output());
        }
        deleteCopies(); // all this first: removing the checkpoint makes it durable
        if (processor.isConcurrent()) {
            ItemJournal.remove(disk, files.journal());
        }
        if (end.failed() == 0) {
            disk.delete(files.errors());
        }
        checkpoints.remove();
        deleteRest();
        if (end.failed() > 0) {
            log.warn("Failed items: {}. {}", end.failed(), reasons());
        }
        display.note("Completed: " + end.nextItem() + " of " + end.nextItem() + " items (100.0 %), checkpoint cleared");
        display.summary("{\"total_items\":" + end.nextItem() + ",\"processed\":" + end.nextItem() + ",\"failed\":"
                + end.failed() + ",\"checkpoint_cleared\":true}");
        if (Outcome.of(end) == Outcome.ALL_FAILED) {
            log.error("Every item failed. {}", reasons());
            return CommandLineTool.ALL_ITEMS_FAILED;
        }
        return CommandLineTool.DONE;
    }

    /** Deletes what is needed for as long as there is a checkpoint. */
    private void deleteRest() throws IOException {
        if (files.format() == OutputFormat.CSV) {
            disk.delete(files.growing());
        }
        if (files.streams().out()) {
            disk.delete(files.output());
        }
        files.retry().delete(disk); // if a crash left them after a retry was over
        if (files.format() == OutputFormat.CSV || files.streams().out()) {
            disk.forceDirectory(requireNonNull(files.output().getParent()));
        }
    }

    private void print(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        try (SeekableByteChannel channel = disk.openForRead(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                console.out().write(buffer.array(), 0, buffer.position());
            }
            console.out().flush();
        } catch (IOException e) {
            throw new StandardOutputException(e);
        }
    }

    /** Standard output takes no more. */
    static final class StandardOutputException extends IOException {
        StandardOutputException(IOException cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }

    /** Says why items failed, or where that is written. */
    private String reasons() throws IOException {
        if (files.streams().kept() || !files.streams().out()) {
            return "See " + files.errors() + " for the reasons.";
        }
        List<String> lines = new String(disk.read(files.errors()), StandardCharsets.UTF_8)
                .lines()
                .limit(SHOWN_ERRORS)
                .toList();
        return "The first: " + String.join(" ", lines);
    }

    private String next() {
        return files.streams().kept()
                ? "Run the same command again to continue."
                : "Nothing is kept; to continue after a crash, name a --checkpoint.";
    }

    int notDone(RunEnd end) {
        String message = end.reason() == null ? "Stopped." : end.reason().message();
        switch (end.end()) {
            case CRASHED -> {
                log.warn("{} {}", message, next());
                return CommandLineTool.SIMULATED_CRASH;
            }
            case PAUSED -> {
                log.warn(
                        "{} The checkpoint is at item {}. {}",
                        message,
                        end.committed().nextItem(),
                        next());
                return CommandLineTool.PAUSED;
            }
            case STOPPED, CANCELLED -> {
                log.warn(
                        "{}; the checkpoint is at item {}. {}",
                        end.reason() == null ? "Stopped" : "Stopped because no file descriptor is free (see ulimit -n)",
                        end.committed().nextItem(),
                        next());
                return CommandLineTool.FAILED;
            }
            case FAILED, COMPLETED -> {
                log.error("{}", message);
                return CommandLineTool.FAILED;
            }
        }
        throw new IllegalStateException();
    }

    /** Shows the progress of the run, and waits for its end. */
    private final class Listener implements RunListener {
        private final CompletableFuture<RunEnd> end = new CompletableFuture<>();
        private final long inputBytes;
        private volatile Job job;
        private volatile long began; // of System.nanoTime()

        Listener(Job job) {
            this.job = job;
            this.inputBytes = requireNonNull(job.identity()).bytes();
        }

        @Override
        public boolean starting(JobId id, Recovery from, Position committed) {
            began = System.nanoTime();
            synchronized (this) {
                job = job.beginRun(from, clock.instant());
            }
            if (from.item() > 0 || from.reason() != null) {
                display.note(
                        "Resuming at item " + from.item() + " (" + from.from().text() + ")");
            }
            return true;
        }

        @Override
        public synchronized void counted(JobId id, long totalItems) {
            job = job.counted(totalItems);
        }

        @Override
        public void committed(JobId id, Checkpoint checkpoint, Duration took) {
            Elapsed elapsed = new Elapsed(Duration.ofNanos(System.nanoTime() - began), checkpoint.took());
            Progress progress = Progress.of(job, checkpoint.position(), checkpoint.savedAt(), elapsed);
            display.saved(new SavedCheckpoint(progress, checkpoint.position().inputBytes(), inputBytes));
        }

        @Override
        public void ended(JobId id, RunEnd how) {
            end.complete(how);
        }
    }
}
