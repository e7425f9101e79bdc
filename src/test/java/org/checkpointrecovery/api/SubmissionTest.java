package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a spec may be, and what is said of one that it may not be. */
class SubmissionTest {
    private static final String ONE_ITEM = "{\"input\":{\"items\":[\"a\"]}}";

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    private int jobsBefore;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    @AfterEach
    void nothing_stuck() {
        http.get("/readyz").is(200);
    }

    private Answer refused(String body) {
        return refused(body.getBytes(UTF_8));
    }

    /** A refused submission leaves nothing. */
    private Answer refused(byte[] body) {
        jobsBefore = service.names("jobs").size();
        Answer answer = http.post("/v1/jobs", body);
        assertThat(answer.status()).as("%s", answer).isBetween(400, 499);
        assertThat(service.names("jobs")).hasSize(jobsBefore);
        return answer;
    }

    @Test
    void a_job_is_there_at_its_location_with_every_default_filled_in() throws IOException {
        Answer submitted = http.post("/v1/jobs", "{\"input\":{\"items\":[\"a\",\" b \"]},\"start\":false}");
        submitted.is(201);
        Answer job = http.get(submitted.header("Location"));
        assertThat(job.json()).isEqualTo(submitted.json());
        assertThat(submitted.header("Location")).isEqualTo("/v1/jobs/" + job.id());
        assertThat(submitted.header("Idempotency-Replayed")).isEmpty();
        assertThat(job.at("/spec")).isEqualTo(new JsonMapper().readTree("""
                        {"name":null,"labels":{},"input":{"items":["a"," b "]},"format":"lines","delimiter":null,"header":null,"skipRecords":null,"quote":null,
                         "processor":{"type":"text-stats"},"engine":"local","batchSize":1000,"parallelism":1,"commit":"group","onItemError":"skip",
                         "maxFailedItems":null,"maxFailedPercent":null,"callbackUrl":null,"retainFor":null,
                         "start":false,"faults":null}"""));
        assertThat(job.state()).isEqualTo("CREATED");
        for (String unknown : new String[] {
            "name", "parentId", "submittedBy", "stateReason", "outcome", "recovery", "startedAt", "expiresAt"
        }) {
            assertThat(job.at("/" + unknown).isNull()).as(unknown).isTrue();
        }
        assertThat(job.at("/runs")).isEmpty();
        assertThat(job.at("/progress/totalItems").isNull()).isTrue();
        assertThat(job.at("/progress/percent").decimalValue()).isZero();
    }

    @Test
    void a_spec_with_every_option_is_shown_as_it_was_sent() throws IOException {
        String spec = """
                {"name":"Nächtlich 🌙","labels":{"a":"1"},"input":{"items":["a","b","c"]},"format":"csv","delimiter":";","header":["one","two"],"skipRecords":2,"quote":"none",
                 "processor":{"type":"text-stats"},"engine":"local","batchSize":1000000,"parallelism":64,"commit":"each","onItemError":"fail","maxFailedItems":0,
                 "maxFailedPercent":2.5,"callbackUrl":null,"retainFor":"36h","start":false,
                 "faults":{"crashAfterItems":9223372036854775807,"crashPoint":"torn-results","failItems":[1,3],
                 "itemDelayMillis":60000}}""";
        Answer job = http.post("/v1/jobs", spec).is(201);
        assertThat(job.at("/spec")).isEqualTo(new JsonMapper().readTree(spec));
        assertThat(job.text("/name")).isEqualTo("Nächtlich 🌙");
    }

    @Test
    void a_service_without_a_cluster_refuses_jobs_for_one() {
        Answer refused =
                refused("{\"input\":{\"items\":[\"a\"]},\"engine\":\"flink\",\"parallelism\":2}".getBytes(UTF_8));
        assertThat(refused.isInvalid("/engine", "/parallelism").text("/errors/0/message"))
                .contains("--flink-url");
        refused("{\"input\":{\"items\":[\"a\"]},\"engine\":\"spark\"}".getBytes(UTF_8))
                .isInvalid("/engine");
    }

    @Test
    void a_whole_number_may_be_written_with_a_fraction_of_zero_or_an_exponent() {
        Answer job = http.post("/v1/jobs", """
                {"input":{"items":["a"]},"start":false,"batchSize":3.0,"parallelism":2e0,"maxFailedItems":1E1,
                 "faults":{"failItems":[10.0e-1]}}""");
        job.is(201);
        assertThat(job.at("/spec/batchSize").asText()).isEqualTo("3");
        assertThat(job.at("/spec/parallelism").asText()).isEqualTo("2");
        assertThat(job.at("/spec/maxFailedItems").asText()).isEqualTo("10");
        assertThat(job.at("/spec/faults/failItems").toString()).isEqualTo("[1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "}",
                "{\"input\":",
                "{'input':{}}",
                "{\"input\":{\"items\":[\"a\",]}}",
                "{\"input\":{\"items\":[\"a\"]}}}",
                "{\"input\":{\"items\":[\"a\"]}} {}",
                "{\"input\":{\"items\":[\"a\"]},\"input\":{\"items\":[\"b\"]}}",
                "{\"input\":{\"items\":[\"a\"],\"items\":[\"b\"]}}",
                "{\"input\":{\"items\":[\"\u0001\"]}}",
                "{\"input\":{\"items\":[\"\\x\"]}}",
                "{\"batchSize\":01}",
                "{\"batchSize\":NaN}",
                "{\"batchSize\":+1}",
                "{\"batchSize\":0x10}",
                "{\"batchSize\":1e99999999999}",
                "/* */ {}",
                "nothing",
                "\ufeff",
                " \n\t ",
                ""
            })
    void what_is_not_json_is_a_400(String body) {
        Answer answer = refused(body).isProblem(400, "invalid-json");
        assertThat(answer.text("/detail"))
                .endsWith("Nothing was changed. Correct it and send it again.")
                .doesNotContain("Source", "`", "start marker");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "true", "5", "\"text\"", "[{\"input\":{\"items\":[]}}]"})
    void json_that_is_no_object_is_a_422_of_the_whole_body(String body) {
        refused(body).isInvalid("");
    }

    @Test
    void bytes_that_are_not_utf8_are_a_400() {
        refused("{\"input\":{\"items\":[\"caf\u00e9\"]}}".getBytes(ISO_8859_1)).isProblem(400, "invalid-json");
        refused(ONE_ITEM.getBytes(java.nio.charset.StandardCharsets.UTF_16)).isProblem(400, "invalid-json");
        byte[] surrogate = "{\"name\":\"xyz\"}".getBytes(UTF_8);
        surrogate[9] = (byte) 0xed;
        surrogate[10] = (byte) 0xa0;
        surrogate[11] = (byte) 0x80;
        refused(surrogate).isProblem(400, "invalid-json");
    }

    @Test
    void nesting_and_numbers_have_a_limit_and_beyond_it_are_a_400() {
        refused("[".repeat(50) + "]".repeat(50)).isInvalid("");
        refused("[".repeat(51) + "]".repeat(51)).isProblem(400, "invalid-json");
        refused("[".repeat(100_000)).isProblem(400, "invalid-json");
        refused("{\"a\":".repeat(100_000)).isProblem(400, "invalid-json");
        refused("{\"input\":{\"items\":[]},\"batchSize\":" + "1".repeat(40) + "}")
                .isInvalid("/batchSize");
        refused("{\"input\":{\"items\":[]},\"batchSize\":" + "1".repeat(41) + "}")
                .isProblem(400, "invalid-json");
        refused("{\"input\":{\"items\":[]},\"batchSize\":" + "1".repeat(1_000_000) + "}")
                .isProblem(400, "invalid-json");
        refused("{\"input\":{\"items\":[]},\"batchSize\":1e999999999}").isInvalid("/batchSize");
        refused("{\"input\":{\"items\":[]},\"batchSize\":1e-999999999}").isInvalid("/batchSize");
        refused("{\"" + "n".repeat(100_000) + "\":1}").isProblem(400, "invalid-json");
    }

    @Test
    void a_body_may_have_1_MiB_and_no_byte_more() {
        String beginning = "{\"start\":false,\"input\":{\"items\":[\"";
        String end = "\"]}}";
        int room = 1024 * 1024 - beginning.length() - end.length();
        String id = http.submit(beginning + "a".repeat(room) + end);
        assertThat(http.job(id).text("/spec/input/items/0")).hasSize(room);
        Answer tooLarge = refused(beginning + "a".repeat(room + 1) + end).isProblem(413, "too-large");
        assertThat(tooLarge.text("/detail")).contains("1048576", "POST /v1/files");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/json; charset=iso-8859-1",
                "application/json; charset=nope",
                "application/json; charset",
                "application/jsonx",
                "multipart/form-data; boundary=x",
                "json"
            })
    void a_body_of_another_type_is_a_415_that_names_the_header_to_send(String type) {
        Answer answer = ServiceClient.send(
                http.request("POST", "/v1/jobs").contentType(type).body(ONE_ITEM));
        answer.isProblem(415, "unsupported-media-type");
        assertThat(answer.text("/detail")).contains("Content-Type: application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""})
    void json_may_say_that_it_is_utf8(String type) {
        ServiceClient.send(http.request("POST", "/v1/jobs").contentType(type).body(ONE_ITEM))
                .is(201);
    }

    @Test
    void a_coded_body_is_a_415() {
        ServiceClient.send(http.request("POST", "/v1/jobs")
                        .contentType("application/json")
                        .header("Content-Encoding", "gzip")
                        .body(ONE_ITEM))
                .isProblem(415, "unsupported-media-type");
        ServiceClient.send(http.request("POST", "/v1/jobs")
                        .contentType("application/json")
                        .header("Content-Encoding", "identity")
                        .body(ONE_ITEM))
                .is(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
                    {}                                                           | /input
                    {"input":null}                                               | /input
                    {"input":[]}                                                 | /input
                    {"input":{}}                                                 | /input
                    {"input":{"items":[],"path":"x"}}                            | /input
                    {"input":{"items":null}}                                     | /input/items
                    {"input":{"items":"a"}}                                      | /input/items
                    {"input":{"items":[1]}}                                      | /input/items/0
                    {"input":{"items":["a",null]}}                               | /input/items/1
                    {"input":{"items":["a",["b"]]}}                              | /input/items/1
                    {"input":{"items":["a\\nb"]}}                                | /input/items/0
                    {"input":{"items":["a\\r"]}}                                 | /input/items/0
                    {"input":{"items":["ok","\\ud800"]}}                         | /input/items/1
                    {"input":{"items":["\\udc00x"]}}                             | /input/items/0
                    {"input":{"fileId":null}}                                    | /input/fileId
                    {"input":{"fileId":7}}                                       | /input/fileId
                    {"input":{"fileId":"../../etc/passwd"}}                      | /input/fileId
                    {"input":{"fileId":"0000000000-00000000"}}                   | /input/fileId
                    {"input":{"path":null}}                                      | /input/path
                    {"input":{"path":""}}                                        | /input/path
                    {"input":{"path":"not there"}}                               | /input/path
                    {"input":{"path":"\\ud800"}}                                 | /input/path
                    {"input":{"path":"a\\u0000b"}}                               | /input/path
                    {"input":{"failedItemsOf":"0000000000-00000000"}}            | /input/failedItemsOf,/input
                    {"input":{"items":[]},"name":""}                             | /name
                    {"input":{"items":[]},"name":5}                              | /name
                    {"input":{"items":[]},"name":"a\\u0007"}                     | /name
                    {"input":{"items":[]},"name":"a\\u0085"}                     | /name
                    {"input":{"items":[]},"name":"\\udfff"}                      | /name
                    {"input":{"items":[]},"format":"tsv"}                        | /format
                    {"input":{"items":[]},"format":null}                         | /format
                    {"input":{"items":[]},"format":1}                            | /format
                    {"input":{"items":[]},"processor":"text-stats"}              | /processor
                    {"input":{"items":[]},"processor":null}                      | /processor
                    {"input":{"items":[]},"processor":{}}                        | /processor/type
                    {"input":{"items":[]},"processor":{"type":null}}             | /processor/type
                    {"input":{"items":[]},"processor":{"type":"nope"}}           | /processor/type
                    {"input":{"items":[]},"processor":{"type":"text-stats","x":1}} | /processor/x
                    {"input":{"items":[]},"batchSize":0}                         | /batchSize
                    {"input":{"items":[]},"batchSize":-1}                        | /batchSize
                    {"input":{"items":[]},"batchSize":1000001}                   | /batchSize
                    {"input":{"items":[]},"batchSize":2.5}                       | /batchSize
                    {"input":{"items":[]},"batchSize":"3"}                       | /batchSize
                    {"input":{"items":[]},"batchSize":null}                      | /batchSize
                    {"input":{"items":[]},"batchSize":[3]}                       | /batchSize
                    {"input":{"items":[]},"batchSize":true}                      | /batchSize
                    {"input":{"items":[]},"parallelism":0}                       | /parallelism
                    {"input":{"items":[]},"parallelism":65}                      | /parallelism
                    {"input":{"items":[]},"commit":"never"}                      | /commit
                    {"input":{"items":[]},"results":"one"}                       | /results
                    {"input":{"items":[]},"results":null}                        | /results
                    {"input":{"items":[]},"results":"parts"}                     | /results
                    {"input":{"items":[]},"onItemError":"FAIL"}                  | /onItemError
                    {"input":{"items":[]},"maxFailedItems":-1}                   | /maxFailedItems
                    {"input":{"items":[]},"maxFailedItems":9223372036854775808}  | /maxFailedItems
                    {"input":{"items":[]},"start":"true"}                        | /start
                    {"input":{"items":[]},"start":null}                          | /start
                    {"input":{"items":[]},"faults":[]}                           | /faults
                    {"input":{"items":[]},"faults":{"crashAfterItems":0}}        | /faults/crashAfterItems
                    {"input":{"items":[]},"faults":{"crashAfterItems":1.5}}      | /faults/crashAfterItems
                    {"input":{"items":[]},"faults":{"crashPoint":"now"}}         | /faults/crashPoint
                    {"input":{"items":[]},"faults":{"crashPoint":null}}          | /faults/crashPoint
                    {"input":{"items":[]},"faults":{"failItems":3}}              | /faults/failItems
                    {"input":{"items":[]},"faults":{"failItems":null}}           | /faults/failItems
                    {"input":{"items":[]},"faults":{"failItems":[0,-1]}}         | /faults/failItems/1
                    {"input":{"items":[]},"faults":{"failItems":[0.5]}}          | /faults/failItems/0
                    {"input":{"items":[]},"faults":{"itemDelayMillis":60001}}    | /faults/itemDelayMillis
                    {"input":{"items":[]},"faults":{"crashAfter":1}}             | /faults/crashAfter
                    {"input":{"items":[]},"batchsize":3}                         | /batchsize
                    {"input":{"items":[]},"a/b~c":1}                             | /a~1b~0c
                    {"input":{"items":[]},"":1}                                  | /
                    """)
    void a_wrong_field_is_named(String spec, String fields) {
        refused(spec).isInvalid(fields.split(","));
    }

    @Test
    void all_that_is_wrong_is_said_in_one_answer() {
        Answer answer = refused("""
                {"name":"","input":{"items":[1,"a\\nb"],"pth":"x"},"format":"tsv","processor":{"type":"x","y":1},
                 "batchSize":0,"parallelism":99,"commit":"x","onItemError":"x","maxFailedItems":-1,"start":1,
                 "faults":{"crashAfterItems":0,"crashPoint":"x","failItems":["x"],"itemDelayMillis":-1,"z":0},"unknown":{}}
                """);
        answer.isProblem(422, "invalid-request");
        assertThat(answer.wrongFields())
                .containsExactlyInAnyOrder(
                        "/name",
                        "/input/items/0",
                        "/input/items/1",
                        "/input/pth",
                        "/format",
                        "/processor/type",
                        "/processor/y",
                        "/batchSize",
                        "/parallelism",
                        "/commit",
                        "/onItemError",
                        "/maxFailedItems",
                        "/start",
                        "/faults/crashAfterItems",
                        "/faults/crashPoint",
                        "/faults/failItems/0",
                        "/faults/itemDelayMillis",
                        "/faults/z",
                        "/unknown");
        assertThat(answer.text("/detail")).contains("19 fields");
    }

    @Test
    void a_body_full_of_errors_does_not_make_an_answer_many_times_its_size() {
        String items = IntStream.range(0, 500_000).mapToObj(i -> "1").collect(Collectors.joining(","));
        Answer answer = refused("{\"input\":{\"items\":[" + items + "]}}").isProblem(422, "invalid-request");
        assertThat(answer.text().length()).isLessThan(100_000);
        assertThat(answer.text("/detail")).contains("500000", "the first 100");
        assertThat(answer.wrongFields()).hasSize(100).endsWith("/input/items/99");
        String fields =
                IntStream.range(0, 100_000).mapToObj(i -> "\"" + i + "\":1").collect(Collectors.joining(","));
        assertThat(refused("{\"input\":{\"items\":[]}," + fields + "}").text().length())
                .isLessThan(100_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"input\":{\"items\":[]},\"format\":\"\\udc00\"}",
                "{\"input\":{\"items\":[]},\"batchSize\":\"\\ud800\"}",
                "{\"input\":{\"items\":[]},\"processor\":{\"type\":\"\\ud83d\"}}"
            })
    void a_lone_surrogate_anywhere_is_a_422(String spec) {
        refused(spec).isProblem(422, "invalid-request");
        ServiceClient.send(http.request("POST", "/v1/jobs")
                        .contentType("application/json")
                        .header("Idempotency-Key", "surrogate")
                        .body(spec))
                .isProblem(422, "invalid-request");
    }

    @Test
    void a_long_wrong_value_is_cut_between_characters() {
        for (int before = 0; before < 3; before++) {
            String text = "x".repeat(before) + "😀".repeat(60);
            refused("{\"input\":{\"items\":[]},\"batchSize\":\"" + text + "\"}").isInvalid("/batchSize");
            refused("{\"input\":{\"items\":[]},\"processor\":{\"type\":\"" + text + "\"}}")
                    .isInvalid("/processor/type");
            refused("{\"input\":{\"items\":[]},\"format\":\"" + text + "\"}").isInvalid("/format");
        }
        assertThat(refused("{\"input\":{\"items\":[]},\"format\":\"" + "x".repeat(100_000) + "\"}")
                        .text()
                        .length())
                .isLessThan(2000);
    }

    @Test
    void a_name_has_200_characters_at_most_whatever_their_bytes() {
        String name = "🌙".repeat(200);
        String id = http.submit("{\"start\":false,\"input\":{\"items\":[]},\"name\":\"" + name + "\"}");
        assertThat(http.job(id).text("/name")).isEqualTo(name);
        refused("{\"input\":{\"items\":[]},\"name\":\"" + name + "x\"}").isInvalid("/name");
    }

    @Test
    void fail_items_are_10000_at_most() {
        String indexes = IntStream.range(0, 10_000).mapToObj(String::valueOf).collect(Collectors.joining(","));
        http.post("/v1/jobs", "{\"start\":false,\"input\":{\"items\":[]},\"faults\":{\"failItems\":[" + indexes + "]}}")
                .is(201);
        refused("{\"input\":{\"items\":[]},\"faults\":{\"failItems\":[" + indexes + ",10000]}}")
                .isInvalid("/faults/failItems");
    }

    @Test
    void an_empty_list_makes_a_job_that_is_completed_with_0_of_0() {
        String id = http.complete("{\"input\":{\"items\":[]}}");
        Answer job = http.job(id);
        assertThat(job.text("/outcome")).isEqualTo("SUCCEEDED");
        assertThat(job.number("/progress/totalItems")).isZero();
        assertThat(job.at("/progress/percent").decimalValue()).isEqualByComparingTo("100");
        assertThat(http.results(id)).isEmpty();
        assertThat(http.errors(id)).isEmpty();
    }

    @Test
    void blank_items_are_skipped_and_the_others_stripped_as_lines_are() {
        String id = http.complete("{\"input\":{\"items\":[\"\",\"a\",\" \\t\\u2003\",\"\\u001f b\\u00a0\",\"\"]}}");
        assertThat(http.results(id)).isEqualTo("""
                {"index":0,"original":"a","length":1,"word_count":1,"uppercase":"A"}
                {"index":1,"original":"b","length":1,"word_count":1,"uppercase":"B"}
                """);
        JsonNode items = http.job(id).at("/spec/input/items");
        assertThat(items.toString()).isEqualTo("[\"\",\"a\",\" \\t\u2003\",\"\\u001F b\u00a0\",\"\"]");
    }

    @Test
    void an_item_keeps_every_character_that_is_no_line_break() {
        String id = http.complete("{\"input\":{\"items\":[\"\\ufeffa\\u2028b\\u0085c\\u000bd\\u0000e\"]}}");
        assertThat(http.job(id).text("/spec/input/items/0")).isEqualTo("\ufeffa\u2028b\u0085c\u000bd\0e");
        assertThat(http.get("/v1/jobs/" + id + "/results", "Accept", "application/json")
                        .text("/0/original"))
                .isEqualTo("\ufeffa\u2028b\u0085c\u000bd\0e");
    }
}
