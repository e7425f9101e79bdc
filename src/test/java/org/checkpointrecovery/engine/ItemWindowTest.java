package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far a job goes on ahead of items that do not end: what it holds of them has bounds. */
class ItemWindowTest {
    private static final int AT_ONCE = 32;
    private static final int WINDOW_ITEMS = 16 * 1024;
    private static final int SLICE_ITEMS = 64;
    private static final int LARGE = 64 * 1024;

    private final HeldCalls calls = new HeldCalls(AT_ONCE);
    private CrashingDisk disk = new CrashingDisk(0);
    private TestService service = new TestService(disk, TestService.Options.of(TestService.DATA));

    @BeforeEach
    void start() throws Exception {
        disk = CrashedJob.emptyDisk(0);
        startAgain();
    }

    private void startAgain() throws Exception {
        service =
                TestService.start(disk, TestService.Options.of(TestService.DATA).processors(calls));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private JobId submit(int items, int itemBytes) throws Exception {
        String padding = "x".repeat(itemBytes);
        String lines =
                IntStream.range(0, items).mapToObj(i -> i + padding + "\n").collect(Collectors.joining());
        String file = service.upload(lines);
        return service.submit(TestSpec.spec()
                .over(new InputSpec.Upload(file))
                .batchSize(SLICE_ITEMS)
                .processor(calls.plugin()));
    }

    /** Waits until no thread of the run has anything left to do but to wait for answers. */
    private void awaitHeld(JobId id) throws Exception {
        AtomicInteger looks = new AtomicInteger(); // one thread may just have woken another that was looked at before
        Await.until("the run waits", () -> {
            looks.set(isHeld(id) ? looks.get() + 1 : 0);
            return looks.get() == 5;
        });
    }

    private boolean isHeld(JobId id) {
        List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("job-" + id))
                .toList();
        return threads.size() == 1 && threads.get(0).getState() == Thread.State.WAITING;
    }

    private void awaitBegun(int items) throws Exception {
        Await.until(items + " items are begun", () -> calls.begunCount() >= items);
    }

    private void checkEnd(JobId id, int items) throws Exception {
        service.await(id, Status.COMPLETED);
        String results = service.results(id).replaceAll(" +", "");
        assertThat(results)
                .isEqualTo(IntStream.range(0, items)
                        .mapToObj(index -> HeldCalls.result(index) + "\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void an_item_that_does_not_end_holds_the_job_at_so_many_items_behind_it() throws Exception {
        int held = 80 * SLICE_ITEMS + 5;
        int sliceStart = 80 * SLICE_ITEMS;
        int items = 3 * WINDOW_ITEMS;
        calls.answerAtOnce(index -> index != held, 0);
        JobId id = submit(items, 0);
        awaitBegun(sliceStart + WINDOW_ITEMS);
        awaitHeld(id);
        assertThat(calls.begunCount()).as("items begun").isEqualTo(sliceStart + WINDOW_ITEMS);
        Await.until("what is before the item is committed", () -> service.nextItem(id) == sliceStart);
        assertThat(calls.waiting()).containsExactly((long) held);

        service.close();
        startAgain();
        awaitBegun(sliceStart + WINDOW_ITEMS + 1);
        awaitHeld(id);
        assertThat(calls.begunCount())
                .as("a window is not wider for what is finished in it")
                .isEqualTo(sliceStart + WINDOW_ITEMS + 1);
        calls.succeed(held);
        checkEnd(id, items);
        assertThat(calls.begunCount()).isEqualTo(items + 1);
    }

    @Test
    void items_that_do_not_end_hold_the_job_at_so_many_bytes_of_items() throws Exception {
        int megabyte = 1_000_000;
        int full = 17;
        int items = 24;
        JobId id = submit(items, megabyte);
        awaitBegun(full);
        awaitHeld(id);
        assertThat(calls.begunCount()).as("items begun").isEqualTo(full);
        calls.succeed(5);
        awaitBegun(full + 1);
        awaitHeld(id);
        assertThat(calls.begunCount()).as("items begun").isEqualTo(full + 1);
        calls.answerAtOnce(index -> true, 0);
        calls.waiting().forEach(calls::succeed);
        checkEnd(id, items);
    }

    @Test
    void an_item_that_does_not_end_holds_the_job_at_so_many_bytes_of_answers() throws Exception {
        int full = 16 * 1024 * 1024 / LARGE;
        calls.answerAtOnce(index -> index != 0, LARGE);
        JobId id = submit(3 * full, 0);
        awaitBegun(2 * SLICE_ITEMS);
        awaitHeld(id);
        assertThat(calls.begunCount()).as("items begun").isBetween(full / 2, full + 2 * SLICE_ITEMS);
        calls.succeed(0);
        checkEnd(id, 3 * full);
    }
}
