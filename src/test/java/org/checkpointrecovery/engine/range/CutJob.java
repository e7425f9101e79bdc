package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputIdentities;
import org.checkpointrecovery.storage.PartFiles;

/** A job whose input is cut into ranges; no task works on it. Its items have two bytes each. */
public final class CutJob {
    static final Path INPUT = Path.of("/input");

    private final Disk disk;
    private final RangeStore store;

    private CutJob(Disk disk) {
        this.disk = disk;
        this.store = new RangeStore(disk, Path.of("/ranges"));
    }

    /**
     * @param items in the input
     * @param most items in a range
     */
    public static CutJob make(Disk disk, int items, int most) throws IOException {
        return make(disk, "a\n".repeat(items), TestSpec.spec(), new Cuts(2, most, 1 << 20, most, false, -1));
    }

    static CutJob make(Disk disk, String input, TestSpec spec, Cuts cuts) throws IOException {
        write(disk, INPUT, input.getBytes(UTF_8));
        CutJob job = new CutJob(disk);
        job.store.createDirectory();
        job.store.beginCuts(1, List.of());
        job.order(spec, cuts, Position.START);
        return job;
    }

    private static void write(Disk disk, Path file, byte[] bytes) throws IOException {
        try (var opened = disk.open(file)) {
            opened.append(bytes, 0, bytes.length);
        }
    }

    void order(TestSpec spec, Cuts cuts, Position from) throws IOException {
        Input input = Input.of(INPUT, false);
        Job job = Job.submitted(
                new JobId("0mh3k2v9x-7fq2mzt4"),
                null,
                spec.build(),
                InputIdentities.of(disk, input),
                null,
                null,
                Instant.EPOCH);
        store.save(new RangeOrder(job, input, 100, "any", from, cuts));
    }

    public RangeStore store() {
        return store;
    }

    /** Finishes a range, as a task does; items of which succeed. */
    public void finish(long firstItem, int items) throws IOException {
        finish(firstItem, items, 0);
    }

    void finish(long firstItem, int succeeded, int failed) throws IOException {
        long next = firstItem + succeeded + failed;
        PartFiles done = store.attempt(new Range(firstItem, next - firstItem, 0, 0, false));
        store.create(done);
        disk.open(done.results()).close();
        disk.open(done.errors()).close();
        RangeRecord.Batch batch = new RangeRecord.Batch(succeeded, failed, 0, 0, 2 * next, false, null);
        new RangeRecord(firstItem, Duration.ZERO, List.of(batch)).write(disk, done);
        store.publish(done, new Range(firstItem, next - firstItem, 0, 0, false));
    }
}
