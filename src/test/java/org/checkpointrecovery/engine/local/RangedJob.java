package org.checkpointrecovery.engine.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.range.CutInput;
import org.checkpointrecovery.engine.range.Cuts;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.run.RunFailedException;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.rehearsal.RangeRehearsal;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputIdentities;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.PartFiles;

/** A job that is run by the local engine, and range by range as a cluster runs it. */
final class RangedJob {
    static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final Path ROOT = Path.of("/jobs");
    private static final Cuts NO_MATTER = new Cuts(1, 1, 1, 1, false, -1);

    private final Map<Range, RangeRehearsal> rehearsals = new ConcurrentHashMap<>();
    private final CrashingDisk medium;
    private final Disk disk;
    private final Job job;
    private final Input input;
    private final int maxItemBytes;
    private final Processors processors;
    private final JobStore store;

    /** What a job, or a range of it, writes. */
    record Files(String results, String errors) {}

    private RangedJob(CrashingDisk medium, Disk disk, Job job, Input input, int maxItemBytes, Processors processors) {
        this.medium = medium;
        this.disk = disk;
        this.job = job;
        this.input = input;
        this.maxItemBytes = maxItemBytes;
        this.processors = processors;
        this.store = new JobStore(disk, ROOT, ROOT.resolveSibling("log"));
    }

    /** @param input is on the disk */
    static RangedJob of(CrashingDisk disk, JobSpec spec, Input input, int maxItemBytes, Processors processors)
            throws IOException {
        Job job = Job.submitted(ID, null, spec, InputIdentities.of(disk, input), null, null, Instant.EPOCH);
        RangedJob ranged = new RangedJob(disk, disk, job, input, maxItemBytes, processors);
        ranged.store.open();
        disk.createDirectory(ranged.files().directory());
        disk.createDirectory(ranged.ranges());
        disk.forceDirectory(ROOT);
        disk.forceDirectory(ranged.files().directory());
        return ranged;
    }

    /** The same job on a disk that does something else. */
    RangedJob on(Disk other) {
        return new RangedJob(medium, other, job, input, maxItemBytes, processors);
    }

    /** The same job when it has run before. */
    RangedJob inSecondRun() {
        Job again = job.beginRun(new Recovery(Recovery.From.BEGINNING, 0, null), Instant.EPOCH);
        return new RangedJob(medium, disk, again, input, maxItemBytes, processors);
    }

    private Path ranges() {
        return RangeStore.of(disk, files()).directory();
    }

    private JobFiles files() {
        return store.files(ID);
    }

    private int batchSize() {
        return job.validSpec().batchSize();
    }

    InputItems items() throws IOException {
        return input.items(
                disk, job.validSpec().format(), requireNonNull(job.identity()).bytes(), maxItemBytes);
    }

    /** Ranges that end wherever they come to have so many items, within batches too. */
    List<Range> ranges(long items) throws IOException {
        return ranges(items, -1);
    }

    /** @param cut the number of an item that a range begins with */
    List<Range> ranges(long items, long cut) throws IOException {
        return CutInput.ranges(items(), new Cuts(batchSize(), items, Long.MAX_VALUE, items, false, cut));
    }

    private PartFiles attempt(Range range) {
        return new PartFiles(ranges().resolve(".new-" + range.firstItem() + "-a"));
    }

    /** Where a range is worked on, empty. */
    PartFiles directory(Range range) throws IOException {
        PartFiles directory = attempt(range);
        medium.deleteTree(directory.directory());
        medium.createDirectory(directory.directory());
        medium.forceDirectory(ranges());
        return directory;
    }

    RangeRun.End run(Range range, RunControl control) throws Exception {
        return run(range, control, directory(range));
    }

    private RangeRun.End run(Range range, RunControl control, PartFiles directory) throws Exception {
        RangeOrder order = new RangeOrder(job, input, maxItemBytes, "", Position.START, NO_MATTER);
        RangeRehearsal rehearsal = new RangeRehearsal(job, range, control);
        rehearsals.put(range, rehearsal);
        Disk rehearsed = rehearsal.disk(disk, directory.results(), directory.errors(), directory.record());
        try {
            return new RangeRun(rehearsed, order, rehearsal.processors(processors), control).run(range, directory);
        } catch (RunFailedException e) { // the write of its record was rehearsed to fail
            return new RangeRun.End.Stopped(true);
        }
    }

    /** The rehearsal of the last run of a range. */
    RangeRehearsal rehearsal(Range range) {
        return requireNonNull(rehearsals.get(range));
    }

    /** Runs a range on another thread. */
    CompletableFuture<RangeRun.End> begin(Range range, RunControl control) {
        CompletableFuture<RangeRun.End> end = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        end.complete(run(range, control));
                    } catch (Throwable e) {
                        end.completeExceptionally(e);
                    }
                },
                "range");
        thread.setDaemon(true);
        thread.start();
        return end;
    }

    /** Runs a range while an operation of the disk, counted from 0, fails. */
    CompletableFuture<RangeRun.End> runFailing(Range range, int operation, IOException failure) throws Exception {
        PartFiles directory = directory(range);
        medium.failAt(medium.operations() + 1 + operation, failure);
        try {
            return CompletableFuture.completedFuture(run(range, new RunControl(), directory));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            medium.mend();
        }
    }

    static RangeRun.End endOf(CompletableFuture<RangeRun.End> run) throws Exception {
        return Await.result(run);
    }

    /** Works on all ranges, in an order of no account, and puts what they write one behind the other. */
    Files throughRanges(List<Range> ranges) throws Exception {
        List<String> results = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        for (int number = ranges.size() - 1; number >= 0; number--) {
            Range range = ranges.get(number);
            PartFiles directory = directory(range);
            RangeRun.End end = run(range, new RunControl(), directory);
            assertThat(end).as("%s", range).isInstanceOf(RangeRun.End.Done.class);
            medium.restorePower(); // whatever was not forced may be lost now
            RangeRecord record = RangeRecord.read(disk, directory);
            assertThat(((RangeRun.End.Done) end).record()).isEqualTo(record);
            Files written = written(range);
            Range behind = number == ranges.size() - 1 ? null : ranges.get(number + 1);
            new BatchesCheck(record, batchSize(), written).check(range, behind);
            results.add(0, written.results);
            errors.add(0, written.errors);
        }
        return new Files(String.join("", results), String.join("", errors));
    }

    /** What is in the files of a range. */
    Files written(Range range) {
        PartFiles directory = attempt(range);
        return new Files(medium.text(directory.results()), medium.text(directory.errors()));
    }

    boolean hasRecord(Range range) {
        return medium.exists(attempt(range).directory().resolve("range.json"));
    }

    /** What the local engine writes. */
    Files locally() throws Exception {
        CompletableFuture<RunEnd> end = new CompletableFuture<>();
        Runnable halt = () -> {
            throw new AssertionError("nobody may halt the process");
        };
        JobEngine engine =
                RehearsingEngine.local(new LocalEngine(disk, Clock.systemUTC(), 1, maxItemBytes, halt), halt);
        RunOrder order = new RunOrder(
                job, 1, input, RunOrder.Target.of(files()), new RunOrder.Means(disk, processors, new RunControl()));
        engine.submit(order, new RunListener() {
            @Override
            public boolean starting(JobId id, Recovery from, Position committed) {
                return true;
            }

            @Override
            public void counted(JobId id, long totalItems) {}

            @Override
            public void committed(JobId id, Checkpoint checkpoint, Duration took) {}

            @Override
            public void ended(JobId id, RunEnd how) {
                end.complete(how);
            }
        });
        Position committed = Await.result(end).committed();
        engine.shutDown(Await.LIMIT);
        Await.until("the engine's threads have ended", () -> threads().isEmpty());
        return new Files(
                text(files().results(), committed.resultsBytes()), text(files().errors(), committed.errorsBytes()));
    }

    private String text(Path file, long bytes) {
        return new String(medium.bytes(file), 0, (int) bytes, UTF_8);
    }

    /** No thread works on the job any more. A shared one loses its name a moment after its work has ended. */
    static void assertNoThreadIsLeft() {
        Await.until("no thread works on the job", () -> threads().isEmpty());
    }

    static boolean reads() {
        return threads().contains("job-" + ID + "-reader");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("job-" + ID))
                .toList();
    }
}
