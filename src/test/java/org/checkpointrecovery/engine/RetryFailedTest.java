package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs over the items that failed in another one. */
class RetryFailedTest {
    private static final int MAX_ITEM_BYTES = 10;
    private static final TestService.Options OPTIONS =
            TestService.Options.of(TestService.DATA).maxItemBytes(MAX_ITEM_BYTES);

    private CrashingDisk disk = new CrashingDisk(1);

    @BeforeEach
    void makeDisk() throws Exception {
        disk = CrashedJob.emptyDisk(1);
    }

    private static String result(long index, String item) {
        return "{\"index\":" + index + ",\"original\":\"" + item + "\",\"length\":" + item.length()
                + ",\"word_count\":1,\"uppercase\":\"" + item.toUpperCase(Locale.ROOT) + "\"}\n";
    }

    private static JobId retry(TestService service, JobId parent) throws Exception {
        return service.service()
                .intake()
                .retryFailed(parent, null, null)
                .view()
                .job()
                .id();
    }

    @Test
    void a_child_works_on_the_failed_items_with_their_indexes_and_without_faults() throws Exception {
        for (String[] items : List.of(
                new String[] {"a", " b ", "", "c", "d", "e", "f"}, new String[] {"a", "b", "c", "d", "e", "f", ""})) {
            try (TestService service = TestService.start(disk, OPTIONS)) {
                JobId parent = service.submit(TestSpec.spec().batchSize(2).failItems(Set.of(1L, 4L, 5L)), items);
                service.await(parent, Status.COMPLETED);
                assertThat(service.service().jobs().view(parent).allowedActions())
                        .contains(Verb.RETRY_FAILED);
                JobId child = retry(service, parent);
                Job completed = service.await(child, Status.COMPLETED);
                assertThat(completed.parentId()).isEqualTo(parent);
                assertThat(completed.validSpec().faults()).isNull();
                assertThat(completed.totalItems()).isEqualTo(3);
                assertThat(service.results(child)).isEqualTo(result(1, "b") + result(4, "e") + result(5, "f"));
                assertThat(service.service().jobs().view(child).allowedActions())
                        .doesNotContain(Verb.RETRY_FAILED);
            }
        }
    }

    /** Of an item that is too long the parent's line says where it begins, which the copies of a child do not tell. */
    private static String withoutPlaces(String errors) {
        return errors.replaceAll(" It begins at byte offset \\d+ of the input[.]", "");
    }

    @Test
    void items_that_are_too_long_are_copied_whole_and_fail_again_in_child_and_grandchild() throws Exception {
        String tooLong = "x".repeat(5000);
        String edge = "0123456789";
        String spaces = " ".repeat(30) + "end";
        String input = "\ufeffa\r\n" + tooLong + "\r\n" + edge + "\r\n" + edge + "+\n\n" + spaces + "\nb\n" + tooLong;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId parent = service.submit(TestSpec.spec().over(new InputSpec.Upload(service.upload(input))));
            service.await(parent, Status.COMPLETED);
            assertThat(service.results(parent)).isEqualTo(result(0, "a") + result(2, edge) + result(5, "b"));
            assertThat(service.errors(parent).lines())
                    .hasSize(4)
                    .allMatch(line -> line.contains("\"ITEM_TOO_LONG\""))
                    .anyMatch(line -> line.contains("It begins at byte offset 6 of the input."));
            String errors = withoutPlaces(service.errors(parent));
            JobId child = retry(service, parent);
            service.await(child, Status.COMPLETED);
            assertThat(service.errors(child)).isEqualTo(errors);
            assertThat(disk.text(service.files(child).ownInput()))
                    .isEqualTo(tooLong + "\r\n" + edge + "+\n" + spaces + "\n" + tooLong + "\n");
            JobId grandchild = retry(service, child);
            assertThat(service.await(grandchild, Status.COMPLETED).parentId()).isEqualTo(child);
            assertThat(service.errors(grandchild)).isEqualTo(errors);
        }
        // With a higher limit they succeed, under the indexes of the first input.
        try (TestService service = TestService.start(disk, OPTIONS.maxItemBytes(10_000))) {
            JobId grandchild = service.service().jobs().newest(1).get(0).job().id();
            JobId last = retry(service, grandchild);
            service.await(last, Status.COMPLETED);
            assertThat(service.errors(last)).isEmpty();
            assertThat(service.results(last))
                    .isEqualTo(result(1, tooLong) + result(3, edge + "+") + result(4, "end") + result(6, tooLong));
        }
    }

    @Test
    void bytes_that_are_not_utf_8_are_copied_as_they_are() throws Exception {
        byte[] input = "a\nb?c\nd\n".getBytes(StandardCharsets.ISO_8859_1);
        input[3] = (byte) 0xff;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            String file = service.service()
                    .uploads()
                    .receive(null, new ByteArrayInputStream(input), 100)
                    .id();
            JobId parent = service.submit(TestSpec.spec().over(new InputSpec.Upload(file)));
            service.await(parent, Status.COMPLETED);
            JobId child = retry(service, parent);
            service.await(child, Status.COMPLETED);
            assertThat(service.errors(parent)).contains("\"index\":1,\"item\":\"b\ufffdc\"", "NOT_UTF8");
            assertThat(service.errors(child)).isEqualTo(service.errors(parent));
            assertThat(disk.bytes(service.files(child).ownInput())).containsExactly('b', 0xff, 'c', '\n');
        }
    }

    @Test
    void a_child_does_not_need_its_parent_or_its_input() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            String file = service.upload("a\nb\nc\nd\n");
            TestSpec spec = TestSpec.spec().over(new InputSpec.Upload(file)).failItems(Set.of(0L, 3L));
            JobId parent = service.submit(spec);
            service.await(parent, Status.COMPLETED);
            JobId first = retry(service, parent);
            service.await(first, Status.COMPLETED);
            service.service().uploads().delete(file);
            assertThat(Refused.as(Refusal.NotAllowed.class, () -> retry(service, parent))
                            .why())
                    .isEqualTo("its input no longer exists");
            service.service().verbs().delete(parent);
            assertThat(service.results(first)).isEqualTo(result(0, "a") + result(3, "d"));
            assertThat(Refused.as(Refusal.NoSuchJob.class, () -> retry(service, parent))
                            .id())
                    .isEqualTo(parent);
            assertThat(Refused.as(Refusal.NotAllowed.class, () -> retry(service, first))
                            .why())
                    .isEqualTo("it has no failed items");
        }
    }

    @Test
    void only_committed_failures_are_tried_again() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            TestSpec spec = TestSpec.spec()
                    .batchSize(2)
                    .failItems(Set.of(0L, 2L, 3L))
                    .crashAfter(3, CrashPoint.BETWEEN_RESULTS_AND_CHECKPOINT);
            JobId parent = service.submit(spec, "a", "b", "c", "d", "e");
            service.await(parent, Status.CRASHED);
            assertThatThrownBy(() -> retry(service, parent)).isInstanceOf(RefusedException.class);
            service.service().verbs().cancel(parent);
            assertThat(disk.lines(service.files(parent).errors())).hasSize(3);
            JobId child = retry(service, parent);
            service.await(child, Status.COMPLETED);
            assertThat(service.results(child)).isEqualTo(result(0, "a"));
        }
    }

    @Test
    void many_failed_items_are_found_in_a_large_input() throws Exception {
        int count = 20_000;
        StringBuilder input = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < count; i++) {
            boolean tooLong = i % 3 == 1;
            input.append(tooLong ? "y".repeat(11 + i % 100) : "i" + i).append(i % 2 == 0 ? "\n" : "\r\n");
            if (tooLong) {
                expected.append(result(i, "y".repeat(11 + i % 100)));
            }
        }
        JobId parent;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            parent = service.submit(
                    TestSpec.spec().batchSize(1000).over(new InputSpec.Upload(service.upload(input.toString()))));
            service.await(parent, Status.COMPLETED);
        }
        try (TestService service = TestService.start(disk, OPTIONS.maxItemBytes(1000))) {
            JobId child = retry(service, parent);
            service.await(child, Status.COMPLETED);
            assertThat(service.results(child)).isEqualTo(expected.toString());
        }
    }

    @Test
    void a_child_that_is_crashed_and_resumed_keeps_its_indexes() throws Exception {
        JobId parent;
        JobId clean;
        String expected;
        String[] items = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
        Set<Long> failed = Set.of(0L, 1L, 3L, 4L, 5L, 7L, 8L);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            parent = service.submit(TestSpec.spec().commit(CommitMode.EACH).failItems(failed), items);
            service.await(parent, Status.COMPLETED);
            clean = retry(service, parent);
            service.await(clean, Status.COMPLETED);
            expected = service.results(clean);
            assertThat(expected.lines()).hasSize(7);
        }
        boolean cut = true;
        for (int operation = 1; cut; operation++) {
            JobId child = null;
            try (TestService service = TestService.start(disk, OPTIONS)) {
                disk.cutPowerAt(disk.operations() + operation);
                try {
                    child = retry(service, parent);
                    JobId id = child;
                    Await.until("the child ends", () -> disk.isPowerCut() || service.status(id) == Status.COMPLETED);
                } catch (IOException e) {
                    assertThat(disk.isPowerCut()).isTrue();
                }
            }
            cut = disk.isPowerCut();
            disk.restorePower();
            try (TestService service = TestService.start(disk, OPTIONS)) {
                List<JobView> newest = service.service().jobs().newest(1);
                JobId found = newest.get(0).job().id();
                if (child != null) {
                    assertThat(found).isEqualTo(child);
                }
                service.await(found, Status.COMPLETED);
                if (!found.equals(parent) && !found.equals(clean)) {
                    assertThat(requireNonNull(service.job(found).parentId())).isEqualTo(parent);
                    assertThat(service.results(found))
                            .as("power cut at %d", operation)
                            .isEqualTo(expected);
                    service.service().verbs().delete(found);
                }
            }
        }
    }
}
