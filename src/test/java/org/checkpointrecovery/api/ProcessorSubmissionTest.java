package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.checkpointrecovery.outbound.AddressRules;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the processor of a spec may be, on a service that others can reach. */
class ProcessorSubmissionTest {
    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory)
                .secrets(Map.of("TOKEN", "Bearer v3ry-s3cret"))
                .addressRules(AddressRules.publicOnly("--http-allow"))
                .start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static Answer submit(String processor, String more) {
        return http.post(
                "/v1/jobs", "{\"start\":false,\"input\":{\"items\":[\"a\"]},\"processor\":" + processor + more + "}");
    }

    @Test
    void an_http_processor_is_shown_with_every_default_filled_in() throws IOException {
        Answer job = submit("{\"type\":\"http\",\"url\":\"https://example.org\"}", "")
                .is(201);
        assertThat(job.at("/spec/processor")).isEqualTo(new JsonMapper().readTree("""
                {"type":"http","url":"https://example.org","method":"POST","headers":{},"body":"item","concurrency":8,
                 "requestsPerSecond":null,"connectTimeoutMillis":5000,"timeoutMillis":30000,"maxAttempts":5,
                 "maxResponseBytes":1048576,"pauseAfterFailedItems":20}"""));
    }

    @Test
    void an_http_processor_with_every_option_is_shown_as_it_was_sent_and_a_secret_by_its_name() throws IOException {
        String spec = """
                {"type":"http","url":"http://example.org:8080/a%20b?c=d&e","method":"DELETE",
                 "headers":{"Authorization":{"secret":"TOKEN"},"x-a":"b\\tc","X~B":""},"body":"{\\"q\\":\\"{item}\\"}",
                 "concurrency":256,"requestsPerSecond":0.5,"connectTimeoutMillis":1,"timeoutMillis":3600000,
                 "maxAttempts":100,"maxResponseBytes":16777216,"pauseAfterFailedItems":null}""";
        Answer job =
                submit(spec, ",\"callbackUrl\":\"https://example.org/done\"").is(201);
        assertThat(job.at("/spec/processor")).isEqualTo(new JsonMapper().readTree(spec));
        assertThat(job.text("/spec/callbackUrl")).isEqualTo("https://example.org/done");
        assertThat(http.job(job.id()).text()).doesNotContain("v3ry");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            "http"                                           | /processor
            {"type":5}                                       | /processor/type
            {"type":"htttp","url":"x"}                       | /processor/type,/processor/url
            {"type":"http"}                                  | /processor/url
            {"type":"http","url":null}                       | /processor/url
            {"type":"http","url":""}                         | /processor/url
            {"type":"http","url":7}                          | /processor/url
            {"type":"http","url":"example.org"}              | /processor/url
            {"type":"http","url":"ftp://example.org/"}       | /processor/url
            {"type":"http","url":"http:/example.org/"}       | /processor/url
            {"type":"http","url":"http:///x"}                | /processor/url
            {"type":"http","url":"http://u:p@example.org/"}  | /processor/url
            {"type":"http","url":"http://u@a_b/"}            | /processor/url
            {"type":"http","url":"http://a_b/"}              | /processor/url
            {"type":"http","url":"http://example.org/#x"}    | /processor/url
            {"type":"http","url":"http://example.org/a b"}   | /processor/url
            {"type":"http","url":"http://example.org/ä"}     | /processor/url
            {"type":"http","url":"http://example.org/%zz"}   | /processor/url
            {"type":"http","url":"http://example.org:0/"}    | /processor/url
            {"type":"http","url":"http://example.org:70000"} | /processor/url
            {"type":"http","url":"http://[fe80::1%25eth0]/"} | /processor/url
            {"type":"http","url":"http://127.0.0.1/"}        | /processor/url
            {"type":"http","url":"http://2130706433/"}       | /processor/url
            {"type":"http","url":"http://0x7f.1/"}           | /processor/url
            {"type":"http","url":"http://0177.0.0.1/"}       | /processor/url
            {"type":"http","url":"http://127.1/"}            | /processor/url
            {"type":"http","url":"http://[::1]/"}            | /processor/url
            {"type":"http","url":"http://[::ffff:10.0.0.1]"} | /processor/url
            {"type":"http","url":"http://169.254.169.254/"}  | /processor/url
            {"type":"http","url":"http://a","method":"HEAD"} | /processor/method
            {"type":"http","url":"http://a","method":"post"} | /processor/method
            {"type":"http","url":"http://a","method":null}   | /processor/method
            {"type":"http","url":"http://a","body":null}     | /processor/body
            {"type":"http","url":"http://a","body":{}}       | /processor/body
            {"type":"http","url":"http://a","body":"\\ud800"} | /processor/body
            {"type":"plugin","name":"a","config":{"b":["\\ud800"]}} | /processor/config
            {"type":"http","url":"http://a","body":"{name}"} | /processor/body
            {"type":"http","url":"http://a","headers":[]}    | /processor/headers
            {"type":"http","url":"http://a","headers":null}  | /processor/headers
            {"type":"http","url":"http://a","headers":{"a b":"c"}}                 | /processor/headers/a b
            {"type":"http","url":"http://a","headers":{"":"c"}}                    | /processor/headers/
            {"type":"http","url":"http://a","headers":{"a":"b\\r\\nc: d"}}         | /processor/headers/a
            {"type":"http","url":"http://a","headers":{"a":"ü"}}                   | /processor/headers/a
            {"type":"http","url":"http://a","headers":{"a":5}}                     | /processor/headers/a
            {"type":"http","url":"http://a","headers":{"a":null}}                  | /processor/headers/a
            {"type":"http","url":"http://a","headers":{"a":"b","A":"c"}}           | /processor/headers/A
            {"type":"http","url":"http://a","headers":{"a":{}}}                    | /processor/headers/a/secret
            {"type":"http","url":"http://a","headers":{"a":{"secret":"NOPE"}}}     | /processor/headers/a/secret
            {"type":"http","url":"http://a","headers":{"a~":{"secret":"NOPE"}}}    | /processor/headers/a~0/secret
            {"type":"http","url":"http://a","headers":{"a":{"secret":"TOKEN","prefix":"x"}}} | /processor/headers/a/prefix
            {"type":"http","url":"http://a","headers":{"HOST":"b"}}                | /processor/headers/HOST
            {"type":"http","url":"http://a","headers":{"content-length":"b"}}      | /processor/headers/content-length
            {"type":"http","url":"http://a","headers":{"Transfer-Encoding":"b"}}   | /processor/headers/Transfer-Encoding
            {"type":"http","url":"http://a","headers":{"Connection":"b"}}          | /processor/headers/Connection
            {"type":"http","url":"http://a","headers":{"Expect":"b"}}              | /processor/headers/Expect
            {"type":"http","url":"http://a","headers":{"Upgrade":"b"}}             | /processor/headers/Upgrade
            {"type":"http","url":"http://a","headers":{"TE":"b"}}                  | /processor/headers/TE
            {"type":"http","url":"http://a","headers":{"Idempotency-Key":"b"}}     | /processor/headers/Idempotency-Key
            {"type":"http","url":"http://a","headers":{"Job-Id":"b"}}              | /processor/headers/Job-Id
            {"type":"http","url":"http://a","headers":{"Item-Index":"b"}}          | /processor/headers/Item-Index
            {"type":"http","url":"http://a","headers":{"Attempt":"b"}}             | /processor/headers/Attempt
            {"type":"http","url":"http://a","concurrency":0}                       | /processor/concurrency
            {"type":"http","url":"http://a","concurrency":257}                     | /processor/concurrency
            {"type":"http","url":"http://a","requestsPerSecond":0}                 | /processor/requestsPerSecond
            {"type":"http","url":"http://a","requestsPerSecond":1000001}           | /processor/requestsPerSecond
            {"type":"http","url":"http://a","connectTimeoutMillis":0}              | /processor/connectTimeoutMillis
            {"type":"http","url":"http://a","timeoutMillis":3600001}               | /processor/timeoutMillis
            {"type":"http","url":"http://a","maxAttempts":0}                       | /processor/maxAttempts
            {"type":"http","url":"http://a","maxAttempts":101}                     | /processor/maxAttempts
            {"type":"http","url":"http://a","maxResponseBytes":-1}                 | /processor/maxResponseBytes
            {"type":"http","url":"http://a","maxResponseBytes":16777217}           | /processor/maxResponseBytes
            {"type":"http","url":"http://a","pauseAfterFailedItems":0}             | /processor/pauseAfterFailedItems
            {"type":"http","url":"http://a","pauseAfterFailedItems":1000001}       | /processor/pauseAfterFailedItems
            {"type":"http","url":"http://a","timeout":5}                           | /processor/timeout
            {"type":"command"}                                                     | /processor/name
            {"type":"command","name":""}                                           | /processor/name
            {"type":"command","name":"x","mode":"once"}                            | /processor/mode
            {"type":"command","name":"x","concurrency":65}                         | /processor/concurrency
            {"type":"command","name":"x","timeoutMillis":0}                        | /processor/timeoutMillis
            {"type":"command","name":"x","url":"y"}                                | /processor/url
            {"type":"plugin"}                                                      | /processor/name
            {"type":"plugin","name":"x","config":[]}                               | /processor/config
            {"type":"plugin","name":"x","config":null}                             | /processor/config
            {"type":"plugin","name":"x","concurrency":0}                           | /processor/concurrency
            {"type":"plugin","name":"x","mode":"stream"}                           | /processor/mode
            """)
    void a_wrong_field_of_a_processor_is_named(String processor, String fields) {
        submit(processor, "").isInvalid(fields.split(","));
    }

    @Test
    void all_that_is_wrong_is_said_in_one_answer() {
        Answer answer = submit(
                "{\"type\":\"http\",\"url\":\"x\",\"method\":\"x\",\"headers\":{\"Host\":\"x\"},\"concurrency\":0,\"x\":1}",
                ",\"callbackUrl\":\"x\",\"parallelism\":2");
        answer.isProblem(422, "invalid-request");
        assertThat(answer.wrongFields())
                .containsExactlyInAnyOrder(
                        "/processor/url",
                        "/processor/method",
                        "/processor/headers/Host",
                        "/processor/concurrency",
                        "/processor/x",
                        "/parallelism",
                        "/callbackUrl");
    }

    @Test
    void a_processor_that_is_wrong_behind_a_hundred_other_errors_is_no_defect() {
        String items = IntStream.range(0, 200).mapToObj(i -> "1").collect(Collectors.joining(","));
        http.post(
                        "/v1/jobs",
                        "{\"input\":{\"items\":[" + items + "]},\"processor\":{\"type\":\"http\",\"url\":\"::\"}}")
                .isProblem(422, "invalid-request");
    }

    @Test
    void the_kinds_that_are_known_are_listed() {
        assertThat(submit("{\"type\":\"nope\"}", "").text())
                .contains("text-stats", "http", "command", "plugin", "nope");
    }

    @Test
    void parallelism_is_for_text_stats_and_others_have_a_concurrency() {
        Answer refused = submit("{\"type\":\"http\",\"url\":\"http://example.org\"}", ",\"parallelism\":2")
                .isInvalid("/parallelism");
        assertThat(refused.text()).contains("concurrency");
        submit("{\"type\":\"http\",\"url\":\"http://example.org\"}", ",\"parallelism\":1")
                .is(201);
    }

    @Test
    void a_template_may_name_fields_where_items_have_them() {
        String processor = "{\"type\":\"http\",\"url\":\"http://example.org\",\"body\":\"{name}\"}";
        submit(processor, ",\"format\":\"raw-lines\"").isInvalid("/processor/body");
        assertThat(submit(processor, ",\"format\":\"csv\"")
                        .isInvalid("/processor/body")
                        .text("/detail"))
                .contains("{name}", "the fields of the input are a");
        submit(processor.replace("{name}", "{a}"), ",\"format\":\"csv\"").is(201);
        submit(processor, ",\"format\":\"jsonl\"").is(201);
    }

    @Test
    void a_url_and_headers_have_limits() {
        String url = "http://example.org/" + "x".repeat(8192 - 19);
        submit("{\"type\":\"http\",\"url\":\"" + url + "\"}", "").is(201);
        submit("{\"type\":\"http\",\"url\":\"" + url + "x\"}", "").isInvalid("/processor/url");
        String headers =
                IntStream.range(0, 100).mapToObj(i -> "\"h" + i + "\":\"v\"").collect(Collectors.joining(","));
        submit("{\"type\":\"http\",\"url\":\"http://a.org\",\"headers\":{" + headers + "}}", "")
                .is(201);
        submit("{\"type\":\"http\",\"url\":\"http://a.org\",\"headers\":{\"x\":\"v\"," + headers + "}}", "")
                .isInvalid("/processor/headers");
    }
}
