package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import kong.unirest.core.HttpRequestWithBody;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are uploaded: kept byte for byte, or refused without a trace. */
class UploadTest {
    private static final int LIMIT = 1024 * 1024;

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).maxUpload(LIMIT).start();
        http = service.client();
    }

    @AfterEach
    void everyFileIsListedAndNothingElseIsThere() {
        service.cancelAll();
        Await.until(
                "nothing half-made is left",
                () -> service.names("files"),
                names -> names.stream().noneMatch(name -> name.startsWith(".")));
        List<String> listed =
                http.get("/v1/files?pageSize=500").is(200).at("/files").findValuesAsText("id");
        assertThat(listed).containsExactlyInAnyOrderElementsOf(service.names("files"));
        listed.forEach(id -> http.delete("/v1/files/" + id).is(204));
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static HttpRequestWithBody request(String query) {
        return http.request("POST", "/v1/files" + query);
    }

    private static Answer gzipped(byte[] body) {
        return ServiceClient.send(request("")
                .contentType("text/plain")
                .header("Content-Encoding", "gzip")
                .body(body));
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void assertKept(Answer answer, byte[] content) throws Exception {
        answer.is(201);
        assertThat(answer.header("Location")).isEqualTo("/v1/files/" + answer.id());
        assertThat(answer.number("/bytes")).isEqualTo(content.length);
        assertThat(answer.text("/sha256"))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
        Path kept = service.data().resolve("files").resolve(answer.id()).resolve("content");
        assertThat(Arrays.equals(Files.readAllBytes(kept), content)).isTrue();
        assertThat(http.get("/v1/files/" + answer.id()).is(200).json()).isEqualTo(answer.json());
    }

    @Test
    void a_file_is_kept_byte_for_byte_with_its_name() throws Exception {
        byte[] content = random(300_000);
        Answer answer = ServiceClient.send(request("?name=W%C3%B6rter%20%F0%9F%8C%99.txt")
                .contentType("application/octet-stream")
                .body(content));
        assertKept(answer, content);
        assertThat(answer.text("/name")).isEqualTo("Wörter 🌙.txt");
    }

    @Test
    void a_file_needs_no_name_and_may_be_empty() throws Exception {
        Answer answer = http.post("/v1/files");
        assertKept(answer, new byte[0]);
        assertThat(answer.at("/name").isNull()).isTrue();
        String job = http.complete("{\"input\":{\"fileId\":\"" + answer.id() + "\"}}");
        assertThat(http.job(job).number("/progress/totalItems")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "text/plain; charset=nope",
                "text/plain; charset",
                "application/json",
                "nonsense",
                "multipart"
            })
    void the_media_type_does_not_matter(String type) throws Exception {
        byte[] content = "name=a&b=%zz\n".getBytes(UTF_8);
        assertKept(ServiceClient.send(request("?name=a").contentType(type).body(content)), content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=x", "Multipart/Mixed"})
    void a_form_is_a_415_that_says_how_to_send_the_file_alone(String type) {
        Answer answer = ServiceClient.send(request("").contentType(type).body("--x\r\n\r\na\r\n--x--\r\n"));
        assertThat(answer.isProblem(415, "unsupported-media-type").text("/detail"))
                .contains("--data-binary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a%00b", "a%0Ab", "%7F", "%C2%85", "%zz", "%ff", "%ED%A0%80", "%"})
    void a_name_that_is_no_label_is_a_422(String name) throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("POST /v1/files?name=" + name, "Content-Length: 1").send("a");
            raw.answer().isInvalid("name");
        }
    }

    @Test
    void a_name_has_200_characters_at_most_and_is_given_once() {
        ServiceClient.send(request("?name=" + "a".repeat(200)).body("a")).is(201);
        ServiceClient.send(request("?name=" + "%F0%9F%8C%99".repeat(200)).body("a"))
                .is(201);
        ServiceClient.send(request("?name=" + "a".repeat(201)).body("a")).isInvalid("name");
        ServiceClient.send(request("?name=a&name=b").body("a")).isInvalid("name");
        ServiceClient.send(request("?Name=a&format=lines").body("a")).isInvalid("Name", "format");
    }

    @Test
    void a_name_is_never_part_of_a_path() {
        Answer answer =
                ServiceClient.send(request("?name=..%2F..%2F..%2Fescaped").body("a"));
        assertThat(answer.is(201).text("/name")).isEqualTo("../../../escaped");
        assertThat(service.names("files")).containsExactly(answer.id());
        assertThat(service.names("files/" + answer.id())).containsExactly("content", "file.json");
    }

    @Test
    void gzip_is_decoded_of_one_member_or_of_many() throws Exception {
        byte[] content = random(100_000);
        assertKept(gzipped(gzip(content)), content);
        assertKept(gzipped(gzip(new byte[0])), new byte[0]);
        byte[] other = "some more\n".getBytes(UTF_8);
        assertKept(gzipped(joined(gzip(content), gzip(other), gzip(other))), joined(content, other, other));
        assertKept(gzipped(joined(gzip(new byte[0]), gzip(other))), other);
    }

    @Test
    void gzip_with_extra_fields_a_name_and_a_comment_in_its_header_is_decoded() throws Exception {
        byte[] content = "hello\n".getBytes(UTF_8);
        byte[] gzip = gzip(content);
        byte[] header = {
            0x1f, (byte) 0x8b, 8, 0x1c, 0, 0, 0, 0, 0, 3, 5, 0, 'X', 'Y', 1, 0, 'z', 'n', 'a', 0, 'c', 'o', 0
        };
        assertKept(gzipped(joined(header, Arrays.copyOfRange(gzip, 10, gzip.length))), content);
    }

    @Test
    void no_member_of_gzip_is_lost_when_it_comes_later() throws Exception {
        byte[] first = gzip("first\n".getBytes(UTF_8));
        byte[] second = gzip("second\n".getBytes(UTF_8));
        byte[] all = joined(first, second);
        for (int cut :
                new int[] {first.length - 3, first.length, first.length + 1, first.length + 12, all.length - 1}) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head("POST /v1/files", "Content-Encoding: gzip", "Transfer-Encoding: chunked");
                raw.chunk(Arrays.copyOf(all, cut));
                Await.until(
                        "the first part is looked at",
                        () -> service.names("files"),
                        names -> names.stream().anyMatch(name -> name.startsWith(".new")));
                raw.chunk(Arrays.copyOfRange(all, cut, all.length)).lastChunk();
                assertKept(raw.answer(), "first\nsecond\n".getBytes(UTF_8));
            }
        }
    }

    @Test
    void what_is_not_gzip_or_not_all_of_it_is_a_400() throws IOException {
        byte[] gzip = gzip(random(50_000));
        gzipped("plain text\n".getBytes(UTF_8)).isProblem(400, "bad-request");
        gzipped(new byte[0]).isProblem(400, "bad-request");
        for (int length :
                new int[] {1, 5, 10, 1000, gzip.length - 9, gzip.length - 8, gzip.length - 4, gzip.length - 1}) {
            gzipped(Arrays.copyOf(gzip, length)).isProblem(400, "bad-request");
            gzipped(joined(gzip, Arrays.copyOf(gzip, length))).isProblem(400, "bad-request");
        }
        gzipped(joined(gzip, "garbage".getBytes(UTF_8))).isProblem(400, "bad-request");
        gzipped(joined(gzip, random(100_000))).isProblem(400, "bad-request");
        for (int at : new int[] {0, 2, 20_000, gzip.length - 8, gzip.length - 1}) {
            byte[] broken = gzip.clone();
            broken[at] ^= 0x55;
            assertThat(gzipped(broken).isProblem(400, "bad-request").text("/detail"))
                    .contains("gzip", "Nothing was kept");
        }
    }

    /** As many clients do it. The answer is lost if the service closes a connection that has bytes to read. */
    @Test
    void a_client_that_sends_all_of_a_refused_body_before_it_reads_gets_its_answer() throws Exception {
        byte[] half = random(20 * LIMIT);
        String length = "Content-Length: " + 2 * half.length;
        for (List<String> head : List.of(
                List.of("POST /v1/files", length, "Content-Encoding: gzip"),
                List.of("POST /v1/files", length),
                List.of("POST /v1/nothing", length),
                List.of("POST /v1/jobs", length))) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(head.get(0), head.subList(1, head.size()).toArray(new String[0]));
                raw.send(half).send(half);
                assertThat(raw.answer().status()).as(head.toString()).isBetween(400, 499);
            }
        }
    }

    @Test
    void a_client_that_waits_to_be_told_to_go_on_is_refused_at_once() throws Exception {
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("POST /v1/files", "Content-Length: " + 2 * LIMIT, "Expect: 100-continue");
            raw.answer().isProblem(413, "too-large");
            raw.endSending();
            assertThat(raw.isEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "deflate", "gzip, zstd", "gzip, gzip", "compress"})
    void another_coding_is_a_415(String coding) {
        ServiceClient.send(request("").header("Content-Encoding", coding).body("a"))
                .isProblem(415, "unsupported-media-type");
    }

    @Test
    void the_codings_that_change_nothing_are_taken() throws Exception {
        ServiceClient.send(request("").header("Content-Encoding", "identity").body("a"))
                .is(201);
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("POST /v1/files", "Content-Length: 1", "Content-Encoding: Identity")
                    .send("a");
            raw.answer().is(201);
        }
    }

    @Test
    void a_file_may_have_as_many_bytes_as_allowed_and_no_more() throws Exception {
        assertKept(ServiceClient.send(request("").body(new byte[LIMIT])), new byte[LIMIT]);
        Answer answer = ServiceClient.send(request("").body(new byte[LIMIT + 1]));
        assertThat(answer.isProblem(413, "too-large").text("/detail"))
                .contains(String.valueOf(LIMIT), "Nothing was kept");
        assertKept(gzipped(gzip(new byte[LIMIT])), new byte[LIMIT]);
        gzipped(gzip(new byte[LIMIT + 1])).isProblem(413, "too-large");
        gzipped(gzip(new byte[100 * LIMIT])).isProblem(413, "too-large");
    }

    @Test
    void a_file_that_is_announced_as_too_large_is_refused_before_it_comes() throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("POST /v1/files", "Content-Length: 5000000000");
            raw.answer().isProblem(413, "too-large");
        }
        try (RawHttp raw = new RawHttp(service)) {
            raw.send(
                    "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000000\r\nExpect: 100-continue\r\n\r\n");
            raw.answer().isProblem(413, "too-large");
        }
    }

    @Test
    void a_file_in_chunks_is_taken_up_to_the_limit() throws Exception {
        byte[] piece = random(LIMIT / 4);
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("POST /v1/files", "Transfer-Encoding: chunked");
            for (int i = 0; i < 4; i++) {
                raw.chunk(piece);
            }
            assertKept(raw.lastChunk().answer(), joined(piece, piece, piece, piece));
        }
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("POST /v1/files", "Transfer-Encoding: chunked");
            for (int i = 0; i < 4; i++) {
                raw.chunk(piece);
            }
            raw.chunk(new byte[1]);
            raw.answer().isProblem(413, "too-large");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1000",
                "Transfer-Encoding: chunked",
                "Content-Length: 1000\r\nContent-Encoding: gzip"
            })
    void a_client_that_breaks_off_leaves_nothing(String framing) throws IOException {
        byte[] gzip = gzip(random(500));
        for (boolean abruptly : new boolean[] {true, false}) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head("POST /v1/files", framing);
                raw.send(framing.contains("chunked") ? "64\r\n".getBytes(UTF_8) : new byte[0]);
                raw.send(framing.contains("gzip") ? gzip : new byte[100]);
                Await.until("it is being taken", () -> service.names("files"), names -> !names.isEmpty());
                if (abruptly) {
                    raw.breakOff();
                } else {
                    raw.endSending().answer().isProblem(400, "bad-request");
                }
            }
            Await.until("nothing is left", () -> service.names("files"), List::isEmpty);
        }
    }

    @Test
    void a_file_that_a_job_needs_cannot_be_deleted_until_the_job_is_over_for_good() {
        String file = http.upload("a\nb\n".getBytes(UTF_8));
        String spec = "{\"input\":{\"fileId\":\"" + file + "\"},\"batchSize\":1,\"start\":false,"
                + "\"faults\":{\"crashAfterItems\":2}}";
        String job = http.submit(spec);
        assertThat(http.delete("/v1/files/" + file).isProblem(409, "conflict").text("/detail"))
                .contains(job, "CREATED");
        http.ask(job, "start").is(202);
        http.await(job, "CRASHED");
        http.delete("/v1/files/" + file).isProblem(409, "conflict");
        http.resume(job);
        http.delete("/v1/files/" + file).is(204);
        http.get("/v1/files/" + file).isProblem(404, "not-found");
        http.delete("/v1/files/" + file).isProblem(404, "not-found");
        http.post("/v1/jobs", "{\"input\":{\"fileId\":\"" + file + "\"}}").isInvalid("/input/fileId");
        assertThat(http.results(job).lines()).hasSize(2);
        assertThat(http.job(job).text("/spec/input/fileId")).isEqualTo(file);
        http.delete("/v1/jobs/" + job).is(204);
    }

    @Test
    void a_file_of_a_deleted_or_cancelled_job_is_free() {
        String file = http.upload("a\n".getBytes(UTF_8));
        String spec = "{\"input\":{\"fileId\":\"" + file + "\"},\"start\":false}";
        String deleted = http.submit(spec);
        String cancelled = http.submit(spec);
        http.delete("/v1/jobs/" + deleted).is(204);
        http.delete("/v1/files/" + file).isProblem(409, "conflict");
        http.ask(cancelled, "cancel").is(202);
        http.delete("/v1/files/" + file).is(204);
    }
}
