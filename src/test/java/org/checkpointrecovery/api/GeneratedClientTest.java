package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.client.ApiClient;
import org.checkpointrecovery.client.ApiException;
import org.checkpointrecovery.client.api.FilesApi;
import org.checkpointrecovery.client.api.JobsApi;
import org.checkpointrecovery.client.api.ResultsApi;
import org.checkpointrecovery.client.model.Action;
import org.checkpointrecovery.client.model.CrashPoint;
import org.checkpointrecovery.client.model.CsvHeader;
import org.checkpointrecovery.client.model.FaultsRequest;
import org.checkpointrecovery.client.model.FileInput;
import org.checkpointrecovery.client.model.Format;
import org.checkpointrecovery.client.model.HeaderValue;
import org.checkpointrecovery.client.model.HttpProcessor;
import org.checkpointrecovery.client.model.InlineInput;
import org.checkpointrecovery.client.model.InputRequest;
import org.checkpointrecovery.client.model.Job;
import org.checkpointrecovery.client.model.JobList;
import org.checkpointrecovery.client.model.JobRequest;
import org.checkpointrecovery.client.model.JobState;
import org.checkpointrecovery.client.model.Processor;
import org.checkpointrecovery.client.model.SecretReference;
import org.checkpointrecovery.client.model.Validation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that openapi-generator makes of {@code openapi.yaml} with its default options. They know the document and nothing
 * else. The Python and TypeScript clients run as programs; {@code .ci/run} installs what they need.
 */
class GeneratedClientTest {
    private static final int ITEMS = 1000;
    private static final Path CLIENTS = Path.of("target", "generated-clients").toAbsolutePath();

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static JobsApi jobs;
    private static ResultsApi results;
    private static FilesApi files;
    private static InputRequest input;

    @BeforeAll
    static void startService() throws Exception {
        service = TestServer.in(directory.resolve("data"))
                .secrets(Map.of("PASSWORD", "of no use"))
                .start();
        ApiClient client = new ApiClient().setBasePath(url());
        jobs = new JobsApi(client);
        results = new ResultsApi(client);
        files = new FilesApi(client);
        input = new InputRequest(new InlineInput()
                .items(IntStream.range(0, ITEMS).mapToObj(i -> "line " + i).toList()));
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static String url() {
        return "http://127.0.0.1:" + service.server().port();
    }

    @Test
    void java_submits_waits_and_downloads() throws Exception {
        Path upload = Files.writeString(directory.resolve("input.txt"), "hello world\ncrash me\n");
        String file = files.uploadFile(upload.toFile(), "two lines", null, null).getId();
        JobRequest request = new JobRequest()
                .name("from a client")
                .batchSize(1)
                .input(new InputRequest(new FileInput().fileId(file)));
        Job job = jobs.submitJob(request, null, "60s");
        assertThat(job.getState()).isEqualTo(JobState.COMPLETED);
        assertThat(job.getName()).isEqualTo("from a client");
        assertThat(job.getProgress().getSucceededItems()).isEqualTo(2);
        assertThat(job.getAllowedActions()).containsExactly(Action.DELETE);
        // This client prefers JSON wherever it is offered, so it gets an array.
        assertThat(resultsOf(job)).hasContent("""
                [{"index":0,"original":"hello world","length":11,"word_count":2,"uppercase":"HELLO WORLD"},
                {"index":1,"original":"crash me","length":8,"word_count":2,"uppercase":"CRASH ME"}]""");
    }

    @Test
    void java_resumes_a_crashed_job_and_finds_the_same_results() throws Exception {
        Job clean = finished(jobs.submitJob(textStats(), null, null), JobState.COMPLETED);
        FaultsRequest faults = new FaultsRequest().crashAfterItems(500L).crashPoint(CrashPoint.TORN_RESULTS);
        Job crashed = finished(jobs.submitJob(textStats().faults(faults), null, null), JobState.CRASHED);
        assertThat(crashed.getAllowedActions()).contains(Action.RESUME);
        jobs.resumeJob(crashed.getId(), Map.of());
        finished(crashed, JobState.COMPLETED);
        assertThat(resultsOf(crashed)).hasSameBinaryContentAs(resultsOf(clean));
    }

    @Test
    void java_pages_through_the_list() throws Exception {
        Set<String> submitted = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            submitted.add(jobs.submitJob(textStats().start(false), null, null).getId());
        }
        Set<String> found = new HashSet<>();
        String token = null;
        do {
            JobList page = jobs.listJobs(List.of(JobState.CREATED), null, null, null, null, null, null, null, 2, token);
            page.getJobs().forEach(job -> found.add(job.getId()));
            token = page.getNextPageToken();
        } while (token != null);
        assertThat(found).containsAll(submitted);
    }

    @Test
    void java_knows_every_kind_of_value_that_has_more_than_one_type() throws Exception {
        HttpProcessor processor = new HttpProcessor()
                .type(HttpProcessor.TypeEnum.HTTP)
                .url("http://127.0.0.1:1/")
                .putHeadersItem("Accept", new HeaderValue("text/plain"))
                .putHeadersItem("Authorization", new HeaderValue(new SecretReference().secret("PASSWORD")));
        JobRequest request = new JobRequest()
                .input(new InputRequest(new InlineInput().addItemsItem("1,one")))
                .format(Format.CSV)
                .header(new CsvHeader("none"))
                .processor(new Processor(processor));
        Validation valid = jobs.validateJob(request, 0);
        assertThat(valid.getSpec().getProcessor().getHttpProcessor().getHeaders())
                .isEqualTo(processor.getHeaders());
        assertThat(requireNonNull(valid.getSpec().getHeader()).getActualInstance())
                .isEqualTo("none");
    }

    @Test
    void java_gets_errors() {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> jobs.submitJob(textStats().batchSize(0), null, null))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(422))
                .satisfies(e -> assertThat(e.getResponseBody()).contains("batchSize"));
    }

    @Test
    void python_does_all_of_this() throws Exception {
        Program.needs("python3", "-c", "import pydantic, urllib3, dateutil; assert pydantic.VERSION.startswith('2.')");
        Path program = Path.of("src", "test", "python", "generated_client.py").toAbsolutePath();
        Program.run(
                directory,
                "python3",
                program.toString(),
                CLIENTS.resolve("python").toString(),
                url());
    }

    @Test
    void typescript_does_all_of_this() throws Exception {
        Program.needs("node", "--version");
        Program.needs("tsc", "--version");
        Path project = Files.createDirectory(directory.resolve("typescript"));
        copy(CLIENTS.resolve("typescript"), project.resolve("client"));
        Path program = Path.of("src", "test", "typescript", "generated-client.ts");
        Files.copy(program, project.resolve("generated-client.ts"));
        List<String> tsc =
                List.of("tsc", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--module", "commonjs");
        List<String> compile = new ArrayList<>(tsc);
        compile.addAll(List.of("--outDir", "out", "generated-client.ts"));
        Program.run(project, compile.toArray(String[]::new));
        Program.run(project, "node", "out/generated-client.js", url());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    private static JobRequest textStats() {
        return new JobRequest().input(input).batchSize(10);
    }

    private static Job finished(Job job, JobState state) {
        return Await.until("the job is " + state, () -> job(job.getId()), found -> found.getState() == state);
    }

    private static Job job(String id) {
        try {
            return jobs.getJob(id, null);
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    private static File resultsOf(Job job) throws ApiException {
        return results.getResults(job.getId(), null, null, null, null, null, null);
    }
}
