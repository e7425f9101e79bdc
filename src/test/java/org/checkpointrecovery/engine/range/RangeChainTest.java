package org.checkpointrecovery.engine.range;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.PartFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of finished ranges when a failed job is resumed, so that failed items are processed again. */
class RangeChainTest {
    private static final List<Range> RANGES =
            List.of(new Range(0, 8, 0, 16, false), new Range(8, 4, 16, 24, false), new Range(12, 4, 24, 32, true));
    /** Two batches of the first range are committed. */
    private static final Position COMMITTED = new Position(4, 8, 0, 0, 4, 0);

    private final CrashingDisk disk = new CrashingDisk(0);
    private CutJob job;
    private RangeStore store;

    @BeforeEach
    void makeParts() throws IOException {
        job = CutJob.make(disk, 16, 8);
        store = job.store();
        store.beginCuts(1, RANGES);
        finish(0, 2, 2, 1, 2);
        finish(8, 2, 2);
        finish(12, 2, 1);
    }

    /** Finishes a range of batches of two items; of each, so many succeed. */
    private void finish(long firstItem, int... succeeded) throws IOException {
        PartFiles part = store.attempt(RANGES.get(0));
        store.create(part);
        disk.open(part.results()).close();
        disk.open(part.errors()).close();
        List<RangeRecord.Batch> batches = new java.util.ArrayList<>();
        for (int count : succeeded) {
            long next = firstItem + 2L * (batches.size() + 1);
            batches.add(new RangeRecord.Batch(count, 2 - count, 0, 0, 2 * next, true, null));
        }
        new RangeRecord(firstItem, Duration.ZERO, batches).write(disk, part);
        store.publish(part, new Range(firstItem, 2L * succeeded.length, 0, 0, false));
    }

    private RangeChain resumed() throws IOException {
        RangeChain chain = RangeChain.open(store, 1, COMMITTED);
        chain.removeFailed();
        return chain;
    }

    @Test
    void the_committed_batches_of_a_part_stay_and_the_rest_of_its_range_is_processed_again() throws IOException {
        RangeChain chain = resumed();
        assertThat(chain.next()).isZero();
        assertThat(store.record(0).nextItem()).isEqualTo(4);
        chain.take(store.record(0));
        assertThat(chain.next()).isEqualTo(4);
        assertThat(chain.nextBytes()).isEqualTo(8);
        assertThat(chain.hasNext()).isFalse();
        assertThat(store.unfinished(RANGES.get(0), store.order())).contains(new Range(4, 4, 8, 16, false));
    }

    @Test
    void an_uncommitted_part_is_removed_only_if_it_has_failed_items() throws IOException {
        RangeChain chain = resumed();
        assertThat(store.isFinished(8)).isTrue();
        assertThat(store.isFinished(12)).isFalse();
        assertThat(chain.ahead()).isEqualTo(new Finished(4, 0));
        chain.take(store.record(0));
        assertThat(chain.known(4)).containsExactly(new Range(4, 4, 8, 16, false), RANGES.get(1), RANGES.get(2));
    }

    @Test
    void what_is_removed_stays_so_after_a_power_cut() throws IOException {
        RangeChain unused = resumed();
        disk.restorePower();
        assertThat(store.record(0).nextItem()).isEqualTo(4);
        assertThat(store.isFinished(12)).isFalse();
    }

    @Test
    void a_range_that_is_finished_again_follows_on_the_committed_batches() throws IOException {
        RangeChain chain = resumed();
        finish(4, 2, 2);
        chain.take(store.record(0));
        assertThat(chain.hasNext()).isTrue();
        chain.take(store.record(4));
        assertThat(chain.next()).isEqualTo(8);
        assertThat(RangeChain.open(store, 1, new Position(8, 16, 0, 0, 8, 0)).next())
                .isEqualTo(8);
    }
}
