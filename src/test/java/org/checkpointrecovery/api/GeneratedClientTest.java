package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.checkpointrecovery.client.ApiClient;
import org.checkpointrecovery.client.ApiException;
import org.checkpointrecovery.client.ApiResponse;
import org.checkpointrecovery.client.api.JobsApi;
import org.checkpointrecovery.client.api.ResultsApi;
import org.checkpointrecovery.client.model.Action;
import org.checkpointrecovery.client.model.CrashPoint;
import org.checkpointrecovery.client.model.FaultsRequest;
import org.checkpointrecovery.client.model.HttpProcessor;
import org.checkpointrecovery.client.model.HttpProcessorHeadersValue;
import org.checkpointrecovery.client.model.HttpProcessorHeadersValueOneOf;
import org.checkpointrecovery.client.model.InlineInput;
import org.checkpointrecovery.client.model.InputRequest;
import org.checkpointrecovery.client.model.Job;
import org.checkpointrecovery.client.model.JobRequest;
import org.checkpointrecovery.client.model.JobState;
import org.checkpointrecovery.client.model.Processor;
import org.checkpointrecovery.client.model.TextStatsProcessor;
import org.checkpointrecovery.client.model.Validation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that openapi-generator made of {@code openapi.yaml}, as others would: it knows the document and nothing else. */
class GeneratedClientTest {
    private static final int ITEMS = 1000;

    @TempDir
    private static Path directory;

    private static TestService service;
    private static JobsApi jobs;
    private static ResultsApi results;
    private static InputRequest input;

    @BeforeAll
    static void startService() throws Exception {
        service = TestService.in(directory)
                .secrets(Map.of("PASSWORD", "of no use"))
                .start();
        ApiClient client = new ApiClient();
        client.updateBaseUri("http://127.0.0.1:" + service.server().port());
        jobs = new JobsApi(client);
        results = new ResultsApi(client);
        input = new InputRequest(new InlineInput()
                .items(IntStream.range(0, ITEMS).mapToObj(i -> "line " + i).toList()));
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    @Test
    void it_submits_waits_and_downloads() throws Exception {
        Job job = finished(submit(textStats().name("from a client")), JobState.COMPLETED);
        assertThat(job.getName()).isEqualTo("from a client");
        assertThat(job.getProgress().getSucceededItems()).isEqualTo(ITEMS);
        assertThat(job.getAllowedActions()).containsExactly(Action.DELETE);
        assertThat(Files.readAllLines(resultsOf(job).toPath()))
                .hasSize(ITEMS)
                .element(7)
                .isEqualTo(
                        "{\"index\":7,\"original\":\"line 7\",\"length\":6,\"word_count\":2,\"uppercase\":\"LINE 7\"}");
    }

    @Test
    void it_resumes_what_crashed_and_finds_the_same_results() throws Exception {
        Job clean = finished(submit(textStats()), JobState.COMPLETED);
        FaultsRequest faults = new FaultsRequest().crashAfterItems(500L).crashPoint(CrashPoint.TORN_RESULTS);
        Job crashed = finished(submit(textStats().faults(faults)), JobState.CRASHED);
        assertThat(crashed.getAllowedActions()).contains(Action.RESUME);
        jobs.resumeJob(crashed.getId(), Map.of());
        finished(crashed.getId(), JobState.COMPLETED);
        assertThat(resultsOf(crashed)).hasSameBinaryContentAs(resultsOf(clean));
    }

    @Test
    void it_describes_a_processor_with_a_secret() throws Exception {
        HttpProcessor processor = new HttpProcessor()
                .type(HttpProcessor.TypeEnum.HTTP)
                .url("http://127.0.0.1:1/")
                .putHeadersItem("Accept", new HttpProcessorHeadersValue("text/plain"))
                .putHeadersItem(
                        "Authorization",
                        new HttpProcessorHeadersValue(new HttpProcessorHeadersValueOneOf().secret("PASSWORD")));
        JobRequest request = new JobRequest().input(input).processor(new Processor(processor));
        Validation valid = jobs.submitJob(request, true, null, null);
        assertThat(valid.getValid()).isTrue();
        assertThat(valid.getSpec().getProcessor().getHttpProcessor().getHeaders())
                .isEqualTo(processor.getHeaders());
    }

    @Test
    void it_is_told_what_is_wrong() {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> jobs.submitJob(textStats().batchSize(0), null, null, null))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(422))
                .satisfies(e -> assertThat(e.getResponseBody()).contains("batchSize"));
    }

    private static JobRequest textStats() {
        TextStatsProcessor processor = new TextStatsProcessor().type(TextStatsProcessor.TypeEnum.TEXT_STATS);
        return new JobRequest().input(input).processor(new Processor(processor)).batchSize(10);
    }

    /** Of the two answers that the call has, the generator knows one: that of {@code validateOnly}. */
    private static String submit(JobRequest request) throws ApiException {
        ApiResponse<Validation> answer = jobs.submitJobWithHttpInfo(request, null, null, null);
        assertThat(answer.getStatusCode()).isEqualTo(201);
        String location = requireNonNull(answer.getHeaders().get("location")).get(0);
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static Job finished(String id, JobState state) throws ApiException {
        Await.until("the job is " + state, () -> job(id), job -> job.getState() == state);
        return job(id);
    }

    private static Job job(String id) {
        try {
            return jobs.getJob(id);
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    private static File resultsOf(Job job) throws ApiException {
        return results.getResults(job.getId(), null, null, null, null);
    }
}
