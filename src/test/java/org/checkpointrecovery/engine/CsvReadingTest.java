package org.checkpointrecovery.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.CrashedJob.Left;
import org.checkpointrecovery.engine.CrashedJob.Source;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs over CSV files as programs really write them, and over those that one quotation mark spoils. */
class CsvReadingTest {
    private static final TestService.Options OPTIONS = TestService.Options.of(TestService.DATA);
    private static final Format DEFAULT = Format.of(Format.Kind.CSV);

    private CrashingDisk disk = new CrashingDisk(1);

    @BeforeEach
    void makeDisk() throws Exception {
        disk = CrashedJob.emptyDisk(1);
    }

    /** Files of ten items each, and how they are read. */
    @SuppressWarnings("ImmutableEnumChecker") // the names in a format are a list that never changes
    private enum File {
        PANDAS(DEFAULT, ",name\n", "%d,\"a\n%d\"\n"),
        EXCEL(DEFAULT, "\ufeffSEP=;\r\nid;\r\n", "%d;x%d\r\n"),
        SEP_GIVEN(DEFAULT.withDelimiter('\t'), "sep=\t\nid\tname\n", "%d\t,%d\n"),
        NO_HEADER(DEFAULT.withNames(FieldNames.NUMBERED), "\ufeff", "%d,\"b\n%d\"\n"),
        NO_HEADER_BEHIND_A_TITLE(
                DEFAULT.withNames(FieldNames.NUMBERED).withSkipRecords(1), "sep=|\n\na title\n", "%d|\"b\n%d\"\n"),
        NAMES_INSTEAD_OF_A_HEADER(
                DEFAULT.withNames(new FieldNames.Given(List.of("a", "b"))).withSkipRecords(1),
                "\ufeffx,x\r\n",
                "%d,c%d\r\n"),
        NAMES(DEFAULT.withNames(new FieldNames.Given(List.of("a", "b"))), "", "%d,c%d\r\n"),
        /** Read with quotation, it would be two records. */
        UNQUOTED(DEFAULT.withQuote(Format.Quote.NONE), "\"id,name\n", "\"%d,\"\"12\"%d\n"),
        UNQUOTED_NO_HEADER(DEFAULT.withQuote(Format.Quote.NONE).withNames(FieldNames.NUMBERED), "", "%d,\"%d\r\n");

        private final Format format;
        private final String beginning;
        private final String record;

        File(Format format, String beginning, String record) {
            this.format = format;
            this.beginning = beginning;
            this.record = record;
        }

        byte[] bytes() {
            return (beginning
                            + IntStream.range(0, 10)
                                    .mapToObj(i -> String.format(Locale.ROOT, record, i, i))
                                    .collect(Collectors.joining()))
                    .getBytes(UTF_8);
        }

        TestSpec spec() {
            return TestSpec.spec().format(format);
        }
    }

    private static JobId submit(TestService service, TestSpec spec, byte[] bytes) throws Exception {
        String file = service.service()
                .uploads()
                .receive(null, new ByteArrayInputStream(bytes), Long.MAX_VALUE)
                .id();
        return service.submit(spec.over(new InputSpec.Upload(file)));
    }

    private static List<String> originals(String results) throws Exception {
        List<String> originals = new ArrayList<>();
        for (String line : results.lines().toList()) {
            originals.add(new JsonMapper().readTree(line).get("original").textValue());
        }
        return originals;
    }

    private static List<String> clean(File file) throws Exception {
        try (TestService service = TestService.start(CrashedJob.emptyDisk(2), OPTIONS)) {
            JobId id = submit(service, file.spec(), file.bytes());
            service.await(id, Status.COMPLETED);
            assertThat(service.errors(id)).isEmpty();
            assertThat(service.job(id).totalItems()).isEqualTo(10);
            List<String> originals = originals(service.results(id));
            assertThat(originals).hasSize(10);
            return List.of(service.results(id), originals.get(0));
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '!', textBlock = """
                    PANDAS                    ! '{"column_1":"0","name":"a\\n0"}'
                    EXCEL                     ! '{"id":"0","column_2":"x0"}'
                    SEP_GIVEN                 ! '{"id":"0","name":",0"}'
                    NO_HEADER                 ! '{"column_1":"0","column_2":"b\\n0"}'
                    NO_HEADER_BEHIND_A_TITLE  ! '{"column_1":"0","column_2":"b\\n0"}'
                    NAMES_INSTEAD_OF_A_HEADER ! '{"a":"0","b":"c0"}'
                    NAMES                     ! '{"a":"0","b":"c0"}'
                    UNQUOTED                  ! '{"\\"id":"\\"0","name":"\\"\\"12\\"0"}'
                    UNQUOTED_NO_HEADER        ! '{"column_1":"0","column_2":"\\"0"}'
                    """)
    void a_file_has_the_items_that_its_program_wrote(File file, String first) throws Exception {
        assertThat(clean(file).get(1)).isEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource
    void results_are_those_of_a_clean_run_when_the_job_crashes_twice(File file) throws Exception {
        String clean = clean(file).get(0);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<CrashPoint> points = List.of(CrashPoint.values());
        for (int round = 0; round < 12; round++) {
            disk = CrashedJob.emptyDisk(round);
            JobId id;
            CrashPoint point = points.get(round % points.size());
            try (TestService service = TestService.start(disk, OPTIONS)) {
                TestSpec spec = file.spec().batchSize(1 + random.nextInt(3)).crashAfter(1 + random.nextInt(10), point);
                id = submit(service, spec, file.bytes());
                service.await(id, Status.CRASHED);
            }
            disk.cutPowerAt(disk.operations() + 1 + random.nextInt(25));
            try (TestService service = TestService.start(disk, OPTIONS)) {
                service.service().verbs().resume(id);
                Await.until("it is done or dead", () -> disk.isPowerCut() || service.status(id) == Status.COMPLETED);
            } catch (IOException | UncheckedIOException e) {
                assertThat(disk.isPowerCut()).as("%s", e).isTrue();
            }
            disk.restorePower();
            try (TestService service = TestService.start(disk, OPTIONS)) {
                if (service.status(id) == Status.CRASHED) { // else it continues by itself
                    service.service().verbs().resume(id);
                }
                service.await(id, Status.COMPLETED);
                assertThat(service.results(id))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(clean);
                assertThat(service.errors(id)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_HEADER", "NAMES_INSTEAD_OF_A_HEADER", "UNQUOTED", "SEP_GIVEN"})
    void results_are_those_of_a_clean_run_when_the_power_is_cut_at_any_operation(File file) throws Exception {
        TestSpec spec = file.spec()
                .format(file.format.withDelimiter(file == File.SEP_GIVEN ? '\t' : ','))
                .commit(CommitMode.EACH);
        Source source = new Source(List.of(), file.bytes());
        CrashingDisk whole = CrashedJob.emptyDisk(0);
        Left clean = new CrashedJob(whole, whole, AllKinds.ofCommandLine(), spec, source).live();
        boolean crashed = true;
        for (int operation = 3; crashed; operation++) {
            CrashingDisk medium = CrashedJob.emptyDisk(operation);
            CrashedJob job = new CrashedJob(medium, medium, AllKinds.ofCommandLine(), spec, source);
            medium.cutPowerAt(operation);
            Left left = job.live();
            crashed = left == null;
            if (crashed) {
                medium.restorePower();
                left = job.live();
            }
            assertThat(left).as("operation %d", operation).isEqualTo(clean);
        }
    }

    @ParameterizedTest
    @EnumSource
    void failed_items_have_the_result_of_a_clean_run_when_they_are_retried(File file) throws Exception {
        String clean = clean(file).get(0);
        Set<Long> all = LongStream.range(0, 10).boxed().collect(Collectors.toSet());
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId parent = submit(service, file.spec().failItems(all), file.bytes());
            service.await(parent, Status.COMPLETED);
            JobId child = service.service()
                    .intake()
                    .retryFailed(parent, null, null)
                    .view()
                    .job()
                    .id();
            service.await(child, Status.COMPLETED);
            assertThat(service.errors(child)).isEmpty();
            assertThat(service.results(child)).isEqualTo(clean);
        }
    }

    @Test
    void ragged_records_and_those_that_look_like_a_first_line_stay_what_they_were_when_they_are_retried()
            throws Exception {
        byte[] bytes = "1,2\nsep=;\n3\n4,5,6\n".getBytes(UTF_8);
        for (FieldNames names : List.of(FieldNames.NUMBERED, new FieldNames.Given(List.of("a", "b")))) {
            try (TestService service = TestService.start(CrashedJob.emptyDisk(3), OPTIONS)) {
                JobId parent = submit(service, TestSpec.spec().format(DEFAULT.withNames(names)), bytes);
                service.await(parent, Status.COMPLETED);
                assertThat(service.errors(parent).lines()).hasSize(3).allMatch(line -> line.contains("header has 2"));
                JobId child = service.service()
                        .intake()
                        .retryFailed(parent, null, null)
                        .view()
                        .job()
                        .id();
                service.await(child, Status.COMPLETED);
                assertThat(service.errors(child)).isEqualTo(service.errors(parent));
            }
        }
    }

    private static String records(int count) {
        return IntStream.range(0, count).mapToObj(i -> i + ",x\n").collect(Collectors.joining());
    }

    private static Reason failed(TestService service, JobId id) throws Exception {
        service.await(id, Status.FAILED);
        return requireNonNull(service.job(id).state().reason());
    }

    @ParameterizedTest
    @CsvSource({
        // items before, lines within, batch size, parallelism
        "0,  0, 3, 1",
        "0,  3, 3, 4",
        "7,  0, 3, 1",
        "7, 50, 3, 4",
        "9, 50, 3, 1",
        "7,  1, 1, 1",
        "7, 60, 1000, 1",
        "70, 60, 8, 4"
    })
    void an_open_quotation_mark_fails_the_job_behind_the_last_whole_batch_and_says_where_it_is(
            int before, int within, int batchSize, int parallelism) throws Exception {
        String open = "id,name\n" + records(before) + "9,\"12\"\" disk\n" + "a,b\n".repeat(within);
        int offset = open.indexOf('"');
        String where = "in line " + (before + 2) + " of the input, at byte offset " + offset;
        TestSpec spec = TestSpec.spec().format(DEFAULT).batchSize(batchSize).parallelism(parallelism);
        int committed = before / batchSize * batchSize;
        for (int maxItemBytes : new int[] {1 << 20, 40}) {
            try (TestService service =
                    TestService.start(CrashedJob.emptyDisk(before), OPTIONS.maxItemBytes(maxItemBytes))) {
                JobId id = submit(service, spec, open.getBytes(UTF_8));
                Reason reason = failed(service, id);
                assertThat(reason.code()).isEqualTo(ErrorCode.OPEN_QUOTE);
                assertThat(reason.message())
                        .contains(where, "\"quote\": \"none\"", "--csv-quote none", "up to item " + committed);
                assertThat(originals(service.results(id))).hasSize(committed);
                assertThat(service.errors(id)).isEmpty();
                assertThat(service.nextItem(id)).isEqualTo(committed);
                service.service().verbs().resume(id);
                assertThat(failed(service, id)).isEqualTo(reason);
                assertThat(service.nextItem(id)).isEqualTo(committed);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_job_that_crashed_before_an_open_quotation_mark_fails_as_one_that_did_not(CrashPoint point) throws Exception {
        byte[] open = ("id,name\n" + records(8) + "9,\"open\n").getBytes(UTF_8);
        Reason reason;
        String results;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = submit(service, TestSpec.spec().format(DEFAULT), open);
            reason = failed(service, id);
            results = service.results(id);
        }
        for (int item = 1; item <= 6; item++) {
            try (TestService service = TestService.start(CrashedJob.emptyDisk(item), OPTIONS)) {
                JobId id = submit(service, TestSpec.spec().format(DEFAULT).crashAfter(item, point), open);
                service.await(id, Status.CRASHED);
                service.service().verbs().resume(id);
                assertThat(failed(service, id)).isEqualTo(reason);
                assertThat(service.results(id)).isEqualTo(results).hasLineCount(6);
            }
        }
    }

    @Test
    void items_before_an_open_quotation_mark_are_finished_where_many_are_worked_on_at_once() throws Exception {
        byte[] open = ("id,name\n" + records(50) + "9,\"open\n" + records(20)).getBytes(UTF_8);
        CountedCalls calls = new CountedCalls(1, Set.of(3L));
        try (TestService service = TestService.start(disk, OPTIONS.processors(calls))) {
            JobId id = submit(
                    service,
                    TestSpec.spec()
                            .format(DEFAULT)
                            .processor(CountedCalls.spec(5))
                            .batchSize(4),
                    open);
            assertThat(failed(service, id).code()).isEqualTo(ErrorCode.OPEN_QUOTE);
            assertThat(service.nextItem(id)).isEqualTo(48);
            assertThat(service.results(id)).hasLineCount(47);
            assertThat(service.errors(id)).hasLineCount(1);
            assertThat(calls.total())
                    .as("nothing of what the mark swallows is called")
                    .isEqualTo(50);
            JobId child = service.service()
                    .intake()
                    .retryFailed(id, null, null)
                    .view()
                    .job()
                    .id();
            service.await(child, Status.COMPLETED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void a_sample_that_meets_an_open_quotation_mark_is_refused(int before) throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            String file = service.service()
                    .uploads()
                    .receive(
                            null,
                            new ByteArrayInputStream(("id,name\n" + records(before) + "9,\"open\n").getBytes(UTF_8)),
                            Long.MAX_VALUE)
                    .id();
            NewJob job = new NewJob(
                    TestSpec.spec()
                            .format(DEFAULT)
                            .over(new InputSpec.Upload(file))
                            .build(),
                    List.of(),
                    null);
            assertThat(service.service().intake().validate(job, before).sample())
                    .hasSize(before);
            assertThat(Refused.as(
                                    Refusal.BadInput.class,
                                    () -> service.service().intake().validate(job, before + 1))
                            .why())
                    .contains("in line " + (before + 2));
        }
    }

    @Test
    void a_job_shows_the_delimiter_that_its_file_names() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = submit(service, File.EXCEL.spec(), File.EXCEL.bytes());
            service.await(id, Status.COMPLETED);
            assertThat(service.job(id).validSpec().format()).isEqualTo(DEFAULT.withDelimiter(';'));
            JobId inline = service.submit(TestSpec.spec().format(DEFAULT), "sep=;", "a;b", "1;2");
            service.await(inline, Status.COMPLETED);
            assertThat(originals(service.results(inline))).containsExactly("{\"a\":\"1\",\"b\":\"2\"}");
        }
    }
}
