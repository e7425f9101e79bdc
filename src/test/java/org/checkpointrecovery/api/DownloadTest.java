package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.checkpointrecovery.processor.PlainTextStats;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results and errors, whole, in parts, as lines and as an array. */
class DownloadTest {
    private static final MoodyDisk DISK = new MoodyDisk();
    private static final int ITEMS = 3000;

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;
    private static String results;
    private static byte[] whole;

    @BeforeAll
    static void startServiceWithOneCompletedJob() {
        service = TestServer.in(directory).disk(DISK).start();
        http = service.client().uncompressed();
        service.input(
                "words.txt",
                IntStream.range(0, ITEMS)
                        .mapToObj(i -> "wörd number " + i + "\n")
                        .collect(Collectors.joining()));
        String id = http.complete("{\"input\":{\"path\":\"words.txt\"},\"faults\":{\"failItems\":[0,1500,2999]}}");
        results = "/v1/jobs/" + id + "/results";
        whole = IntStream.range(0, ITEMS)
                .filter(i -> i % 1500 != 0 && i != 2999)
                .mapToObj(i -> PlainTextStats.of(i, "wörd number " + i) + "\n")
                .collect(Collectors.joining())
                .getBytes(UTF_8);
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static void assertBytes(Answer answer, byte[] expected) {
        assertThat(Arrays.equals(answer.bytes(), expected)).as("%s", answer).isTrue();
        assertThat(answer.header("Content-Length")).isEqualTo(String.valueOf(expected.length));
    }

    private static Answer range(String range) {
        return http.get(results, "Range", range);
    }

    @Test
    void the_whole_is_sent_where_nothing_else_is_asked_for() {
        Answer answer = http.get(results).is(200);
        assertBytes(answer, whole);
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(answer.header("ETag")).matches("\".+\"");
        assertThat(answer.header("Vary")).isEqualTo("Accept, Accept-Encoding");
        assertThat(answer.header("Content-Encoding")).isEmpty();
        Answer head = http.call("HEAD", results).is(200);
        assertThat(head.header("Content-Length")).isEqualTo(String.valueOf(whole.length));
        assertThat(head.header("ETag")).isEqualTo(answer.header("ETag"));
        assertThat(head.bytes()).isEmpty();
    }

    private static HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return call("GET", path, headers);
    }

    private static HttpResponse<byte[]> call(String method, String path, String... headers) throws Exception {
        return HttpClient.newHttpClient() // which does not decode
                .send(
                        HttpRequest.newBuilder(URI.create(http.address() + path))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .headers(headers)
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    private static boolean isCompressed(HttpResponse<byte[]> answer) {
        return answer.headers().firstValue("Content-Encoding").equals(Optional.of("gzip"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/x-ndjson |
            application/json     |
            text/csv             |
            application/x-ndjson | ?merged=true
            application/x-ndjson | ?from=100&limit=2000
            """)
    void every_form_is_compressed_for_who_accepts_it(String form, @Nullable String query) throws Exception {
        String path = results + (query == null ? "" : query);
        byte[] plain = get(path, "Accept", form).body();
        HttpResponse<byte[]> compressed = get(path, "Accept", form, "Accept-Encoding", "gzip");
        assertThat(isCompressed(compressed)).isTrue();
        assertThat(compressed.body().length).isLessThan(plain.length / 4);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.body())).readAllBytes())
                .isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gzip                       | true
            GZIP                       | true
            deflate, gzip;q=1.0, br    | true
            br;q=1.0, gzip;q=0.5       | true
            gzip;q=0                   | false
            gzip;q=0.5, identity       | false
            identity                   | false
            br, zstd                   | false
            *                          | false
            nonsense;;;q               | false
            """)
    void the_client_says_whether_it_accepts_gzip(String accepted, boolean isCompressed) throws Exception {
        assertThat(isCompressed(get(results, "Accept-Encoding", accepted))).isEqualTo(isCompressed);
    }

    @Test
    void a_compressed_response_has_a_tag_of_its_own_and_a_range_is_never_compressed() throws Exception {
        HttpResponse<byte[]> compressed = get(results, "Accept-Encoding", "gzip");
        String tag = compressed.headers().firstValue("ETag").orElseThrow();
        String plainTag =
                get(results, "Accept", "*/*").headers().firstValue("ETag").orElseThrow();
        assertThat(tag).isNotEqualTo(plainTag);
        assertThat(get(results, "Accept-Encoding", "gzip", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        assertThat(get(results, "Accept-Encoding", "gzip", "If-None-Match", plainTag)
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<byte[]> range = get(results, "Accept-Encoding", "gzip", "Range", "bytes=5-4999");
        assertThat(range.statusCode()).isEqualTo(206);
        assertThat(isCompressed(range)).isFalse();
        assertThat(range.body()).isEqualTo(Arrays.copyOfRange(whole, 5, 5000));
        assertThat(range.headers().firstValue("ETag")).contains(plainTag);
        // The bytes of the two do not fit together.
        assertThat(get(results, "Accept-Encoding", "gzip", "Range", "bytes=5-4999", "If-Range", tag)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void the_head_of_a_compressed_response_is_that_of_the_response() throws Exception {
        HttpResponse<byte[]> head = call("HEAD", results, "Accept-Encoding", "gzip");
        assertThat(isCompressed(head)).isTrue();
        assertThat(head.headers().firstValue("ETag"))
                .isEqualTo(get(results, "Accept-Encoding", "gzip").headers().firstValue("ETag"));
        assertThat(head.headers().firstValue("Content-Length")).isEmpty();
    }

    @Test
    void what_is_short_is_not_compressed() throws Exception {
        String id = http.complete("{\"input\":{\"items\":[\"a\"]}}");
        assertThat(isCompressed(get("/v1/jobs/" + id + "/results", "Accept-Encoding", "gzip")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=0-9, 0, 10",
        "bytes=1000-1999, 1000, 2000",
        "bytes=5-, 5, -1",
        "bytes=-7, -7, -1",
        "bytes=-999999999, 0, -1",
        "bytes=10-999999999999, 10, -1",
        "bytes=10-999999999999999999, 10, -1",
        "'bytes = 3-4 ', 3, 5"
    })
    void one_range_is_a_206_with_its_bytes(String range, int from, int to) {
        int start = from < 0 ? whole.length + from : from;
        int end = to < 0 ? whole.length : to;
        Answer answer = range(range).is(206);
        assertBytes(answer, Arrays.copyOfRange(whole, start, end));
        assertThat(answer.header("Content-Range")).isEqualTo("bytes " + start + "-" + (end - 1) + "/" + whole.length);
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
    }

    @Test
    void ranges_put_together_are_the_whole() {
        byte[] together = new byte[whole.length];
        int piece = whole.length / 7;
        for (int at = 0; at < whole.length; at += piece) {
            byte[] part = range("bytes=" + at + "-" + (at + piece - 1)).is(206).bytes();
            System.arraycopy(part, 0, together, at, part.length);
        }
        assertThat(Arrays.equals(together, whole)).isTrue();
    }

    @Test
    void a_range_behind_the_end_is_a_416_that_tells_the_length() {
        for (String range : new String[] {"bytes=" + whole.length + "-", "bytes=99999999-", "bytes=-0"}) {
            Answer answer = range(range).isProblem(416, "range-not-satisfiable");
            assertThat(answer.header("Content-Range")).isEqualTo("bytes */" + whole.length);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=0-1,5-6",
                "bytes=5-2",
                "bytes=-",
                "bytes=",
                "bytes=a-b",
                "bytes=1",
                "bytes=--1",
                "bytes=0x1-2",
                "items=0-1",
                "bytes",
                "5"
            })
    void several_ranges_or_none_that_is_understood_are_answered_with_the_whole(String range) {
        assertBytes(range(range).is(200), whole);
    }

    @Test
    void if_range_gives_the_part_only_of_the_same_results() {
        String etag = http.get(results).header("ETag");
        var part = http.request("GET", results).header("Range", "bytes=2-3").header("If-Range", etag);
        assertBytes(ServiceClient.send(part).is(206), Arrays.copyOfRange(whole, 2, 4));
        for (String other : new String[] {"\"other\"", "W/" + etag, "Mon, 23 Nov 2026 07:33:11 GMT"}) {
            var all = http.request("GET", results).header("Range", "bytes=2-3").header("If-Range", other);
            assertBytes(ServiceClient.send(all).is(200), whole);
        }
    }

    @Test
    void if_none_match_of_the_same_results_is_a_304() {
        String etag = http.get(results).header("ETag");
        for (String match : new String[] {etag, "W/" + etag, "\"x\", " + etag, "*"}) {
            Answer answer = http.get(results, "If-None-Match", match).is(304);
            assertThat(answer.bytes()).isEmpty();
            assertThat(answer.header("ETag")).isEqualTo(etag);
        }
        assertBytes(http.get(results, "If-None-Match", "\"x\"").is(200), whole);
        assertThat(http.get(results.replace("results", "errors"), "If-None-Match", etag)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_array_is_sent_to_those_who_accept_json() {
        Answer answer = http.get(results, "Accept", "application/json").is(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Accept-Ranges")).isEqualTo("none");
        JsonNode array = answer.json();
        assertThat(array).hasSize(ITEMS - 3);
        assertThat(array.get(0).path("original").asText()).isEqualTo("wörd number 1");
        assertThat(array.get(ITEMS - 4).path("index").asInt()).isEqualTo(2998);
        var withRange = http.request("GET", results)
                .header("Accept", "application/json")
                .header("Range", "bytes=0-1");
        assertThat(ServiceClient.send(withRange).is(200).bytes()).isEqualTo(answer.bytes());
        Answer head = ServiceClient.send(http.request("HEAD", results).header("Accept", "application/json"))
                .is(200);
        assertThat(head.bytes()).isEmpty();
        assertThat(head.header("Content-Length")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/*|application/x-ndjson",
                "text/html|application/x-ndjson",
                "application/x-ndjson|application/x-ndjson",
                "application/x-ndjson, application/json|application/x-ndjson",
                "application/x-ndjson;q=0.5, application/json|application/json",
                "application/json;q=0.5, application/x-ndjson;q=0.6|application/x-ndjson",
                "Application/JSON; charset=utf-8|application/json",
                "application/json;q=0|application/x-ndjson",
                "application/json;q=nonsense|application/x-ndjson",
                "application/json, */*|application/json",
                "nonsense|application/x-ndjson",
                "text/csv, */*|text/csv; charset=utf-8",
                "text/csv;q=0.5, application/x-ndjson;q=0.4|text/csv; charset=utf-8",
                "text/csv;q=0.5, application/json;q=0.6|application/json",
                "text/csv, application/x-ndjson|application/x-ndjson",
                "text/csv;q=0|application/x-ndjson"
            })
    void the_form_is_the_one_that_is_preferred(String accept, String mediaType) {
        assertThat(http.get(results, "Accept", accept).is(200).header("Content-Type"))
                .isEqualTo(mediaType);
    }

    @Test
    void the_errors_are_sent_in_the_same_ways() {
        String errors = results.replace("results", "errors");
        Answer lines = http.get(errors).is(200);
        assertThat(lines.text().lines()).hasSize(3);
        Answer array = http.get(errors, "Accept", "application/json").is(200);
        assertThat(array.json()).hasSize(3);
        assertThat(array.number("/1/index")).isEqualTo(1500);
        assertThat(array.text("/1/item")).isEqualTo("wörd number 1500");
        assertThat(array.text("/1/error/code")).isEqualTo("FAULT_INJECTED");
        assertThat(array.number("/1/attempts")).isEqualTo(1);
        assertBytes(http.get(errors, "Range", "bytes=3-8").is(206), Arrays.copyOfRange(lines.bytes(), 3, 9));
        http.get(errors, "Range", "bytes=99999-").isProblem(416, "range-not-satisfiable");
    }

    @Test
    void items_are_selected_by_their_index_in_every_form() {
        String lines = http.get(results).is(200).text();
        String errors = results.replace("results", "errors");
        int[][] selections = {{0, 10}, {1, 1}, {1000, 7}, {1499, 3}, {ITEMS - 2, 100}, {ITEMS, 5}, {0, ITEMS}};
        for (int[] selection : selections) {
            String query = "?from=" + selection[0] + "&limit=" + selection[1];
            Predicate<String> isSelected = line -> {
                long index = Long.parseLong(line.replaceFirst("^\\{\"index\":(\\d+).*", "$1"));
                return index >= selection[0] && index < selection[0] + selection[1];
            };
            List<String> expected = lines.lines().filter(isSelected).toList();
            Answer answer = http.get(results + query).is(200);
            assertThat(answer.text().lines()).as(query).containsExactlyElementsOf(expected);
            assertThat(answer.header("Accept-Ranges")).isEqualTo("none");
            assertThat(answer.header("ETag")).isEmpty();
            assertThat(http.get(results + query, "Accept", "application/json")
                            .is(200)
                            .json())
                    .hasSize(expected.size());
            assertThat(http.get(results + query, "Accept", "text/csv")
                            .is(200)
                            .text()
                            .lines())
                    .hasSize(expected.isEmpty() ? 0 : expected.size() + 1);
            assertThat(http.get(errors + query).is(200).text().lines())
                    .containsExactlyElementsOf(http.get(errors)
                            .is(200)
                            .text()
                            .lines()
                            .filter(isSelected)
                            .toList());
        }
        assertThat(http.get(results + "?from=2990").is(200).text().lines())
                .hasSize(9)
                .allMatch(lines::contains);
    }

    @Test
    void selections_that_are_no_numbers_or_of_merged_results_are_refused() {
        for (String query :
                List.of("from=-1", "limit=0", "from=a", "limit=1.5", "limit=", "from=9999999999999999999")) {
            http.get(results + "?" + query).isProblem(422, "invalid-request");
        }
        Answer merged = http.get(results + "?merged=true&from=3").isProblem(422, "invalid-request");
        assertThat(merged.text("/errors/0/message")).contains("cannot be combined with from and limit");
        assertThat(merged.header("Content-Disposition")).isEmpty();
    }

    @Test
    void downloads_are_named_after_the_job_or_its_id() {
        String id = results.split("/", -1)[3];
        assertThat(http.get(results).header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"" + id + "-results.jsonl\"");
        String named = http.complete("{\"name\":\"Zoë's \\\"list\\\" 1/2\",\"input\":{\"items\":[\"a\"]}}");
        String path = "/v1/jobs/" + named;
        assertThat(http.get(path + "/results", "Accept", "text/csv").header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"Zo_s_list_1_2-results.csv\";"
                        + " filename*=UTF-8''Zo%C3%AB%27s%20%22list%22%201_2-results.csv");
        assertThat(http.get(path + "/errors", "Accept", "application/json").header("Content-Disposition"))
                .contains("filename=\"Zo_s_list_1_2-errors.json\"");
        assertThat(http.get(path + "/results", "Range", "bytes=999-")
                        .isProblem(416, "range-not-satisfiable")
                        .header("Content-Disposition"))
                .isEmpty();
    }

    @Test
    void csv_is_sent_to_those_who_accept_it_alone() {
        Answer answer = http.get(results, "Accept", "text/csv").is(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/csv; charset=utf-8");
        assertThat(answer.header("Accept-Ranges")).isEqualTo("none");
        assertThat(answer.header("ETag")).isEmpty();
        String[] records = answer.text().split("\r\n", -1);
        assertThat(records).hasSize(ITEMS - 3 + 2).endsWith("");
        assertThat(records[0]).isEqualTo("index,original,length,word_count,uppercase");
        assertThat(records[1]).isEqualTo("1,wörd number 1,13,3,WÖRD NUMBER 1");
        assertThat(records[ITEMS - 3]).startsWith("2998,");
        Answer head = ServiceClient.send(http.request("HEAD", results).header("Accept", "text/csv"))
                .is(200);
        assertThat(head.bytes()).isEmpty();
        assertThat(head.header("Content-Type")).isEqualTo("text/csv; charset=utf-8");
        String errors = results.replace("results", "errors");
        assertThat(http.get(errors, "Accept", "text/csv")
                        .isProblem(406, "not-acceptable")
                        .text("/detail"))
                .contains("application/x-ndjson");
        assertThat(http.get(errors, "Accept", "text/csv, */*;q=0.1").is(200).header("Content-Type"))
                .isEqualTo("application/x-ndjson");
    }

    @Test
    void fields_of_csv_are_quoted_where_they_must_be() {
        String id = http.complete("{\"input\":{\"items\":[\"a,\\\"b\\\"\",\"c\"]},\"format\":\"raw-lines\"}");
        assertThat(http.get("/v1/jobs/" + id + "/results", "Accept", "text/csv")
                        .is(200)
                        .text())
                .isEqualTo("index,original,length,word_count,uppercase\r\n"
                        + "0,\"a,\"\"b\"\"\",5,1,\"A,\"\"B\"\"\"\r\n1,c,1,1,C\r\n");
        String none = http.submit("{\"start\":false,\"input\":{\"items\":[\"a\"]}}");
        assertThat(http.get("/v1/jobs/" + none + "/results", "Accept", "text/csv")
                        .is(200)
                        .bytes())
                .isEmpty();
    }

    @Test
    void before_anything_is_committed_both_are_empty() {
        String id = http.submit("{\"start\":false,\"input\":{\"items\":[\"a\"]}}");
        for (String path : new String[] {"/v1/jobs/" + id + "/results", "/v1/jobs/" + id + "/errors"}) {
            Answer empty = http.get(path).is(200);
            assertBytes(empty, new byte[0]);
            assertThat(empty.header("ETag")).isEmpty();
            assertThat(http.get(path, "Accept", "application/json").is(200).text())
                    .isEqualTo("[]");
            http.get(path, "Range", "bytes=0-").isProblem(416, "range-not-satisfiable");
        }
        http.get("/v1/jobs/" + id + "/checkpoint").isProblem(404, "not-found");
    }

    @Test
    void while_a_job_runs_only_what_is_committed_is_sent() {
        DISK.holdResults();
        String id = http.submit("{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1,\"commit\":\"each\"}");
        DISK.awaitHeldResults();
        String path = "/v1/jobs/" + id + "/results";
        Answer held = http.get(path).is(200);
        assertThat(held.bytes()).isEmpty();
        assertThat(held.header("ETag")).isEmpty();
        assertThat(http.job(id).number("/progress/processedItems")).isZero();
        assertThat(http.job(id).number("/progress/totalItems")).isEqualTo(3);
        DISK.releaseResults();
        http.await(id, "COMPLETED");
        assertThat(http.results(id).lines()).hasSize(3);
    }

    @Test
    void what_was_once_read_stays_as_it_is() {
        String id = http.submit("{\"input\":{\"path\":\"words.txt\"},\"batchSize\":40,\"commit\":\"each\","
                + "\"faults\":{\"crashAfterItems\":2000,\"crashPoint\":\"torn-results\"}}");
        byte[] before = new byte[0];
        int reads = 0;
        while (!http.job(id).state().equals("CRASHED")) {
            byte[] now = http.get("/v1/jobs/" + id + "/results").is(200).bytes();
            assertThat(Arrays.equals(before, 0, before.length, now, 0, before.length))
                    .isTrue();
            before = now;
            reads++;
        }
        assertThat(reads).isPositive();
        assertThat(http.results(id)).endsWith("}\n");
        assertThat(http.results(id).lines()).hasSize(1960);
        http.resume(id);
        byte[] after = http.get("/v1/jobs/" + id + "/results").is(200).bytes();
        assertThat(Arrays.equals(before, 0, before.length, after, 0, before.length))
                .isTrue();
        assertThat(new String(after, UTF_8).lines()).hasSize(ITEMS);
    }

    @Test
    void a_failed_item_is_shown_as_it_was_with_what_is_wrong(@TempDir Path other) {
        byte[] lines = ("fine\n  x\377y \n" + "z".repeat(10_001) + "\n" + "ä".repeat(4000) + "\n").getBytes(ISO_8859_1);
        try (TestServer strict = TestServer.in(other).maxItem(10_000).start()) {
            ServiceClient client = strict.client();
            String id = client.complete("{\"input\":{\"fileId\":\"" + client.upload(lines) + "\"}}");
            Answer errors = client.get("/v1/jobs/" + id + "/errors", "Accept", "application/json");
            assertThat(errors.text("/0/item")).isEqualTo("x\ufffdy");
            assertThat(errors.text("/0/error/code")).isEqualTo("NOT_UTF8");
            assertThat(errors.number("/0/attempts")).isEqualTo(1);
            assertThat(errors.at("/0").has("itemCut")).isFalse();
            assertThat(errors.text("/1/item")).isEqualTo("z".repeat(4096));
            assertThat(errors.at("/1/itemCut").asBoolean()).isTrue();
            assertThat(errors.text("/1/error/code")).isEqualTo("ITEM_TOO_LONG");
            assertThat(errors.number("/1/attempts")).isZero();
            assertThat(errors.text("/2/item")).isEqualTo("\ufffd".repeat(1365));
            assertThat(client.job(id).text("/outcome")).isEqualTo("PARTIAL");
        }
    }
}
