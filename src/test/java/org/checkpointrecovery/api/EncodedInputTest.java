package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text in other encodings, and compressed files, as a client sends and names them. */
class EncodedInputTest {
    private static final String TEXT = "id,name\n1,Zo\u00eb\n2,M\u00fcller\n".repeat(3);

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static Answer upload(String path, byte[] body) {
        return ServiceClient.send(http.request("POST", path)
                .contentType("application/octet-stream")
                .body(body));
    }

    private static void input(String name, byte[] content) throws IOException {
        Files.write(service.inputs().resolve(name), content);
    }

    private static String originals(String id) {
        return String.join(
                        "\n",
                        http.get("/v1/jobs/" + id + "/results", "Accept", "application/json")
                                .json()
                                .findValuesAsText("original"))
                + "\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "windows-1252", "ISO-8859-1"})
    void text_is_decoded_while_it_is_uploaded_or_when_a_job_over_it_is_submitted(String encoding) throws IOException {
        byte[] bytes = TEXT.getBytes(Charset.forName(encoding));
        for (byte[] body : new byte[][] {bytes, gzip(bytes)}) {
            String name = body == bytes ? "a.txt" : "a.txt.gz";
            Answer file = upload("/v1/files?name=" + name + "&encoding=" + encoding, body)
                    .is(201);
            assertThat(file.number("/bytes")).isEqualTo(TEXT.getBytes(StandardCharsets.UTF_8).length);
            String uploaded = http.complete("{\"input\":{\"fileId\":\"" + file.text("/id") + "\"}}");
            assertThat(originals(uploaded)).isEqualTo(TEXT);

            input(name, body);
            String path = http.complete("{\"input\":{\"path\":\"" + name + "\",\"encoding\":\"" + encoding + "\"}}");
            assertThat(originals(path)).isEqualTo(TEXT);
            assertThat(http.job(path).text("/spec/input/path")).isEqualTo(name);
            assertThat(http.job(path).text("/spec/input/encoding")).isEqualTo(encoding);
        }
        String raw = upload("/v1/files", bytes).is(201).text("/id");
        String later = http.complete("{\"input\":{\"fileId\":\"" + raw + "\",\"encoding\":\"" + encoding + "\"}}");
        assertThat(originals(later)).isEqualTo(TEXT);
    }

    @Test
    void an_upload_that_is_not_text_in_its_encoding_is_a_422_and_leaves_nothing() {
        byte[] bad = "abc\u0081def".getBytes(StandardCharsets.ISO_8859_1);
        Answer refused = upload("/v1/files?encoding=windows-1252", bad).isInvalid("encoding");
        assertThat(refused.text("/detail")).contains("byte 3 (81) is not a character in windows-1252");
        upload("/v1/files?encoding=UTF-16LE", new byte[] {'a', 0, 'b'}).isInvalid("encoding");
        Await.until(
                "nothing half-made is left",
                () -> service.names("files"),
                names -> names.stream().noneMatch(name -> name.startsWith(".")));
    }

    @Test
    void an_encoding_that_is_not_known_is_a_422() throws IOException {
        input("plain.txt", TEXT.getBytes(StandardCharsets.UTF_8));
        upload("/v1/files?encoding=latin1", TEXT.getBytes(StandardCharsets.UTF_8))
                .isInvalid("encoding");
        http.post("/v1/jobs", "{\"input\":{\"path\":\"plain.txt\",\"encoding\":\"latin1\"}}")
                .isInvalid("/input/encoding");
        http.post("/v1/jobs", "{\"input\":{\"path\":\"plain.txt\",\"encoding\":null}}")
                .isInvalid("/input/encoding");
        http.post("/v1/jobs", "{\"input\":{\"items\":[\"a\"],\"encoding\":\"UTF-8\"}}")
                .isInvalid("/input/encoding");
        String id = http.complete("{\"input\":{\"path\":\"plain.txt\",\"encoding\":\"UTF-8\"}}");
        assertThat(originals(id)).isEqualTo(TEXT);
    }

    @Test
    void a_compressed_path_is_decoded_and_a_damaged_one_is_a_422() throws IOException {
        byte[] zipped = gzip(TEXT.getBytes(StandardCharsets.UTF_8));
        input("rows.csv.gz", zipped);
        String id = http.complete("{\"input\":{\"path\":\"rows.csv.gz\"},\"format\":\"csv\"}");
        assertThat(http.results(id)).contains("Zo\u00eb");
        assertThat(http.job(id).json().at("/spec/input").has("encoding")).isFalse();
        input("cut.csv.gz", Arrays.copyOf(zipped, zipped.length - 4));
        Answer refused =
                http.post("/v1/jobs", "{\"input\":{\"path\":\"cut.csv.gz\"}}").isInvalid("/input/path");
        assertThat(refused.text("/detail")).contains("cannot be used");
        http.post("/v1/jobs/validate?sample=2", "{\"input\":{\"path\":\"rows.csv.gz\"}}")
                .is(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lines", "raw-lines", "jsonl", "csv"})
    void wide_text_is_a_422_with_the_way_out(String format) throws IOException {
        input("wide.txt", TEXT.getBytes(StandardCharsets.UTF_16LE));
        Answer refused = http.post("/v1/jobs", "{\"input\":{\"path\":\"wide.txt\"},\"format\":\"" + format + "\"}")
                .isInvalid("/input/path");
        assertThat(refused.text("/detail"))
                .contains("UTF-16LE", "iconv -f UTF-16LE -t UTF-8 in.txt > out.txt", "\"encoding\": \"UTF-16LE\"");
    }
}
