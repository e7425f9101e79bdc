package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.checkpointrecovery.engine.CrashedJob.Left;
import org.checkpointrecovery.engine.CrashedJob.Source;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Jobs over inputs of every format: what comes out, and that crashes change nothing about it. */
class FormatsTest {
    private static final TestService.Options OPTIONS =
            TestService.Options.of(TestService.DATA).maxItemBytes(Sample.MAX_ITEM_BYTES);

    private CrashingDisk disk = new CrashingDisk(1);

    @BeforeEach
    void makeDisk() throws Exception {
        disk = CrashedJob.emptyDisk(1);
    }

    private static String upload(TestService service, byte[] bytes) throws Exception {
        return service.service()
                .uploads()
                .receive(null, new ByteArrayInputStream(bytes), Long.MAX_VALUE)
                .id();
    }

    private static JobId submit(TestService service, TestSpec spec, byte[] bytes) throws Exception {
        return service.submit(spec.over(new InputSpec.Upload(upload(service, bytes))));
    }

    private static List<String> files(TestService service, JobId id) throws Exception {
        return List.of(service.results(id), service.errors(id));
    }

    /** Results and errors of a run without a crash. */
    private static List<String> clean(Sample sample) throws Exception {
        try (TestService service = TestService.start(CrashedJob.emptyDisk(2), OPTIONS)) {
            JobId id = submit(service, sample.spec(), sample.bytes());
            service.await(id, Status.COMPLETED);
            assertThat(service.nextItem(id)).isEqualTo(10);
            assertThat(service.job(id).totalItems()).isEqualTo(10);
            return files(service, id);
        }
    }

    /** What became of each item: its result's text, or its code. */
    private static List<String> fates(List<String> files) throws IOException {
        ObjectMapper json = new ObjectMapper();
        String[] fates = new String[10];
        for (String line : (files.get(0) + files.get(1)).split("\n", -1)) {
            if (!line.isEmpty()) {
                JsonNode node = json.readTree(line);
                fates[node.get("index").intValue()] = node.has("error")
                        ? node.at("/error/code").textValue() + " " + node.get("attempts")
                        : node.get("original").textValue();
            }
        }
        return List.of(fates);
    }

    @Test
    void each_format_has_its_own_items_and_its_own_failures() throws Exception {
        assertThat(fates(clean(Sample.LINES)))
                .containsExactly("one", "two", "ITEM_TOO_LONG 0", "NOT_UTF8 1", "5", "6", "7", "8", "9", "10");
        assertThat(fates(clean(Sample.RAW_LINES)))
                .containsExactly(
                        "\ufeffone",
                        " two ",
                        "",
                        "ITEM_TOO_LONG 0",
                        "NOT_UTF8 1",
                        "",
                        "",
                        "NOT_UTF8 1",
                        "ITEM_TOO_LONG 0",
                        "NOT_UTF8 1");
        assertThat(fates(clean(Sample.JSONL)))
                .containsExactly(
                        "{\"a\":1}",
                        "[2]",
                        "NOT_JSON 0",
                        "ITEM_TOO_LONG 0",
                        "NOT_JSON 0",
                        "5",
                        "NOT_UTF8 0",
                        "7",
                        "true",
                        "NOT_JSON 0");
        assertThat(fates(clean(Sample.CSV)))
                .containsExactly(
                        "{\"id\\\"\":\"0\",\"b\":\"a\\r\\n\\n;b\"}",
                        "BAD_CSV_RECORD 0",
                        "ITEM_TOO_LONG 0",
                        "BAD_CSV_RECORD 0",
                        "NOT_UTF8 0",
                        "{\"id\\\"\":\"5\",\"b\":\"\\\"\\n\"}",
                        "BAD_CSV_RECORD 0",
                        "ITEM_TOO_LONG 0",
                        "{\"id\\\"\":\"8\",\"b\":\"ok\"}",
                        "BAD_CSV_RECORD 0");
    }

    @Test
    void an_errors_line_shows_the_record_as_it_stands_in_the_input() throws Exception {
        assertThat(clean(Sample.CSV).get(1).lines().toList())
                .contains("{\"index\":1,\"item\":\"1\",\"error\":{\"code\":\"BAD_CSV_RECORD\",\"message\":\"The record "
                        + "has 1 field, but the header has 2.\"},\"attempts\":0}")
                .anyMatch(line -> line.contains("\"item\":\"\\\"3\\\"x;\\\"\\n\\\"\",\"error\""))
                .anyMatch(line -> line.contains("\"item\":\"9;\\\"two\\nlines\\\"z\",\"error\""));
    }

    static Stream<Arguments> everyCrash() {
        List<Arguments> crashes = new ArrayList<>();
        for (Sample sample : Sample.values()) {
            for (CrashPoint point : CrashPoint.values()) {
                for (int parallelism : new int[] {1, 3}) {
                    crashes.add(Arguments.of(sample, point, parallelism));
                }
            }
        }
        return crashes.stream();
    }

    @ParameterizedTest
    @MethodSource("everyCrash")
    void results_are_those_of_a_clean_run_when_the_job_crashes_in_any_batch(
            Sample sample, CrashPoint point, int parallelism) throws Exception {
        List<String> clean = clean(sample);
        for (int item = 1; item <= 10; item++) {
            disk = CrashedJob.emptyDisk(item);
            try (TestService service = TestService.start(disk, OPTIONS)) {
                TestSpec spec = sample.spec().parallelism(parallelism).crashAfter(item, point);
                JobId id = submit(service, spec, sample.bytes());
                service.await(id, Status.CRASHED);
                service.service().verbs().resume(id);
                service.await(id, Status.COMPLETED);
                assertThat(files(service, id)).as("after item %d", item).isEqualTo(clean);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void results_are_those_of_a_clean_run_when_the_power_is_cut_at_any_operation(Sample sample) throws Exception {
        TestSpec spec = sample.spec().commit(CommitMode.EACH);
        CrashingDisk whole = CrashedJob.emptyDisk(0);
        Left clean = new CrashedJob(whole, whole, AllKinds.ofCommandLine(), spec, new Source(List.of(), sample.bytes()))
                .live();
        boolean crashed = true;
        for (int operation = 3; crashed; operation++) {
            CrashingDisk medium = CrashedJob.emptyDisk(operation);
            CrashedJob job = new CrashedJob(
                    medium, medium, AllKinds.ofCommandLine(), spec, new Source(List.of(), sample.bytes()));
            medium.cutPowerAt(operation);
            Left left = job.live();
            crashed = left == null;
            if (crashed) {
                medium.restorePower();
                medium.cutPowerAt(medium.operations() + 1 + new Random(operation).nextInt(60));
                left = job.live();
            }
            if (left == null) {
                medium.restorePower();
                left = job.live();
            }
            assertThat(left).as("operation %d", operation).isEqualTo(clean);
        }
    }

    @Test
    void a_real_file_with_line_ends_in_quotation_marks_comes_out_as_another_reader_reads_it() throws Exception {
        List<String> expected = List.of(new String(resource("orders.jsonl"), StandardCharsets.UTF_8).split("\n"));
        Format csv = new Format(Format.Kind.CSV, ',');
        ObjectMapper json = new ObjectMapper();
        for (int crashAfter = 1; crashAfter <= 50; crashAfter += 7) {
            disk = CrashedJob.emptyDisk(crashAfter);
            try (TestService service = TestService.start(disk, TestService.Options.of(TestService.DATA))) {
                TestSpec spec = TestSpec.spec()
                        .format(csv)
                        .batchSize(4)
                        .crashAfter(crashAfter, CrashPoint.BETWEEN_RESULTS_AND_CHECKPOINT);
                JobId id = submit(service, spec, resource("orders.csv"));
                service.await(id, Status.CRASHED);
                service.service().verbs().resume(id);
                service.await(id, Status.COMPLETED);
                assertThat(service.errors(id)).isEmpty();
                List<String> items = new ArrayList<>();
                for (String line : service.results(id).lines().toList()) {
                    items.add(json.readTree(line).get("original").textValue());
                }
                assertThat(items).isEqualTo(expected);
            }
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = requireNonNull(FormatsTest.class.getResourceAsStream(name))) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @EnumSource
    void failed_items_fail_again_in_child_and_grandchild_just_as_they_did(Sample sample) throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId parent = submit(service, sample.spec(), sample.bytes());
            service.await(parent, Status.COMPLETED);
            JobId child = retry(service, parent);
            assertThat(service.errors(child)).isEqualTo(withoutPlaces(service.errors(parent)));
            assertThat(service.results(child)).isEmpty();
            JobId grandchild = retry(service, child);
            assertThat(service.errors(grandchild)).isEqualTo(service.errors(child));
        }
    }

    /** Of an item that is too long the parent's line says where it begins, which the copies of a child do not tell. */
    private static String withoutPlaces(String errors) {
        return errors.replaceAll(" It begins at byte offset \\d+ of the input[.]", "");
    }

    @ParameterizedTest
    @EnumSource
    void items_that_failed_for_another_reason_have_the_same_result_in_the_child(Sample sample) throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS.maxItemBytes(1 << 20))) {
            JobId clean = submit(service, sample.spec(), sample.bytes());
            service.await(clean, Status.COMPLETED);
            Set<Long> all = Set.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
            JobId parent = submit(service, sample.spec().failItems(all), sample.bytes());
            service.await(parent, Status.COMPLETED);
            assertThat(service.results(parent)).isEmpty();
            JobId child = retry(service, parent);
            assertThat(files(service, child)).isEqualTo(files(service, clean));
        }
    }

    @ParameterizedTest
    @EnumSource
    void items_that_were_too_long_have_their_result_where_the_limit_is_higher(Sample sample) throws Exception {
        List<String> expected;
        try (TestService service = TestService.start(CrashedJob.emptyDisk(2), OPTIONS.maxItemBytes(1 << 20))) {
            JobId clean = submit(service, sample.spec(), sample.bytes());
            service.await(clean, Status.COMPLETED);
            expected = fates(files(service, clean));
        }
        JobId parent;
        List<String> before;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            parent = submit(service, sample.spec(), sample.bytes());
            service.await(parent, Status.COMPLETED);
            before = new ArrayList<>(fates(files(service, parent)));
        }
        try (TestService service = TestService.start(disk, OPTIONS.maxItemBytes(1 << 20))) {
            JobId child = retry(service, parent);
            List<String> together = new ArrayList<>(List.of(service.results(parent), ""));
            together.set(0, service.results(parent) + service.results(child));
            together.set(1, service.errors(child));
            assertThat(before).contains("ITEM_TOO_LONG 0");
            assertThat(fates(together)).isEqualTo(expected);
        }
    }

    private static JobId retry(TestService service, JobId parent) throws Exception {
        JobId child = service.service()
                .intake()
                .retryFailed(parent, null, null)
                .view()
                .job()
                .id();
        service.await(child, Status.COMPLETED);
        assertThat(service.job(child).validSpec().format())
                .isEqualTo(service.job(parent).validSpec().format());
        return child;
    }

    @Test
    void inline_items_of_csv_begin_with_the_header() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            TestSpec spec = TestSpec.spec().format(new Format(Format.Kind.CSV, ','));
            JobId id = service.submit(spec, "a,b", "", "1,2", "3");
            service.await(id, Status.COMPLETED);
            assertThat(service.job(id).totalItems()).isEqualTo(2);
            assertThat(service.results(id))
                    .startsWith("{\"index\":0,\"original\":\"{\\\"a\\\":\\\"1\\\",\\\"b\\\":\\\"2\\\"}\"");
            assertThat(service.errors(id)).contains("\"index\":1,\"item\":\"3\"");
            assertThat(service.service().outputs().inlineItems(service.job(id)).items())
                    .containsExactly("a,b", "", "1,2", "3");
            JobId empty = service.submit(spec);
            service.await(empty, Status.COMPLETED);
            assertThat(service.job(empty).totalItems()).isZero();
            JobId headerAlone = service.submit(spec, "a,b");
            service.await(headerAlone, Status.COMPLETED);
            assertThat(service.job(headerAlone).totalItems()).isZero();
        }
    }

    @Test
    void a_header_that_cannot_be_used_is_refused_and_leaves_no_job() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            TestSpec spec = TestSpec.spec().format(new Format(Format.Kind.CSV, ','));
            Refusal.BadInput bad = Refused.as(Refusal.BadInput.class, () -> service.submit(spec, "a,a", "1,2"));
            assertThat(bad.part()).isEqualTo(Refusal.InputPart.WHOLE);
            assertThat(bad.why()).contains("both named");
            byte[] tooLong = ("h".repeat(61) + "\n1\n").getBytes(StandardCharsets.UTF_8);
            assertThat(Refused.as(Refusal.BadInput.class, () -> submit(service, spec, tooLong))
                            .why())
                    .contains("longer than 60 bytes");
            assertThat(service.service().jobs().newest(10)).isEmpty();
            assertThat(disk.list(TestService.DATA.resolve("jobs"))).isEmpty();
        }
    }

    @Test
    void a_header_that_cannot_be_used_any_more_fails_the_job() throws Exception {
        JobId id;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            id = service.submit(
                    TestSpec.spec().format(new Format(Format.Kind.CSV, ',')).notStarted(), "abc,def", "1,2");
        }
        try (TestService service = TestService.start(disk, OPTIONS.maxItemBytes(6))) {
            service.service().verbs().start(id);
            service.await(id, Status.FAILED);
            assertThat(requireNonNull(service.job(id).state().reason()).code()).isEqualTo(ErrorCode.INPUT_CHANGED);
            assertThat(requireNonNull(service.job(id).state().reason()).message())
                    .contains("longer than 6 bytes");
        }
        try (TestService service = TestService.start(disk, OPTIONS)) {
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
        }
    }
}
