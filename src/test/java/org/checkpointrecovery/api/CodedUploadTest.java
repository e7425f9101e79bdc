package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uploads that come as gzip or zstd, and are kept as what they decode to. */
class CodedUploadTest {
    private static final int LIMIT = 1024 * 1024;
    private static final byte[] LINES = IntStream.range(0, 20_000)
            .mapToObj(i -> "line number " + i % 777 + " is like others\n")
            .collect(Collectors.joining())
            .getBytes(UTF_8);

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).maxUpload(LIMIT).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    @AfterEach
    void everyFileIsListedAndNothingElseIsThere() {
        Await.until(
                "nothing half-made is left",
                () -> service.names("files"),
                names -> names.stream().noneMatch(name -> name.startsWith(".")));
        var listed = http.get("/v1/files?pageSize=500").is(200).at("/files").findValuesAsText("id");
        assertThat(listed).containsExactlyInAnyOrderElementsOf(service.names("files"));
        listed.forEach(id -> http.delete("/v1/files/" + id).is(204));
    }

    private interface Coder {
        OutputStream over(OutputStream out) throws IOException;
    }

    private static byte[] coded(Coder coder, byte[]... members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] member : members) {
            try (OutputStream out = coder.over(bytes)) {
                out.write(member);
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[]... members) throws IOException {
        return coded(GZIPOutputStream::new, members);
    }

    private static byte[] zstd(byte[]... frames) throws IOException {
        return coded(ZstdOutputStream::new, frames);
    }

    /** One frame that says its size, as the encoder for whole arrays makes it. */
    private static byte[] zstdFrame(byte[] content) {
        ZstdCompressor compressor = new ZstdCompressor();
        byte[] out = new byte[compressor.maxCompressedLength(content.length)];
        return Arrays.copyOf(out, compressor.compress(content, 0, content.length, out, 0, out.length));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** @param headers names and values */
    private static Answer upload(String query, byte[] body, String... headers) {
        var request = http.request("POST", "/v1/files" + query);
        for (int i = 0; i < headers.length; i += 2) {
            request = request.header(headers[i], headers[i + 1]);
        }
        return ServiceClient.send(request.body(body));
    }

    private static Answer zstandard(byte[] body) {
        return upload("", body, "Content-Encoding", "zstd");
    }

    private static String refused(Answer answer) {
        return answer.isProblem(400, "bad-request").text("/detail");
    }

    private static void assertKept(Answer answer, byte[] content) throws IOException {
        answer.is(201);
        Path kept = service.data().resolve("files").resolve(answer.id()).resolve("content");
        assertThat(Arrays.equals(Files.readAllBytes(kept), content)).isTrue();
        assertThat(answer.number("/bytes")).isEqualTo(content.length);
    }

    @Test
    void zstd_is_decoded_of_one_frame_or_of_many() throws IOException {
        byte[] other = "some more\n".getBytes(UTF_8);
        byte[] skippable = bytes(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
        assertKept(zstandard(zstd(LINES)), LINES);
        assertKept(zstandard(zstdFrame(LINES)), LINES);
        assertKept(zstandard(zstd(new byte[0])), new byte[0]);
        assertKept(zstandard(joined(zstd(LINES, other), zstdFrame(other))), joined(LINES, other, other));
        assertKept(zstandard(joined(skippable, zstd(other), skippable, zstdFrame(other))), joined(other, other));
        refused(zstandard(skippable));
        byte[] random = new byte[LIMIT - 1];
        new Random(1).nextBytes(random);
        assertKept(zstandard(zstd(random)), random);
    }

    /** Made with {@code printf 'hello\nhello\nhello\n' | zstd -19}, version 1.5.5: unknown size, with a checksum. */
    @Test
    void zstd_is_decoded_as_the_command_makes_it() throws IOException {
        byte[] content = "hello\nhello\nhello\n".getBytes(UTF_8);
        byte[] made = HexFormat.of().parseHex("28b52ffd04686500003068656c6c6f0a0100e14a11ef0812e1");
        assertKept(zstandard(made), content);
        made[made.length - 1] ^= 1;
        assertThat(refused(zstandard(made))).contains("zstd", "Nothing was kept");
    }

    @ParameterizedTest
    @CsvSource({
        "words.txt.gz, gzip, words.txt, '', ''",
        "WORDS.TXT.GZ, gzip, WORDS.TXT, '', application/octet-stream",
        "words.txt.zst, zstd, words.txt, '', ''",
        "a.tar.zst, zstd, a.tar, '', application/gzip",
        "words.gz, gzip, words.gz, gzip, application/zstd",
        "words.gz, zstd, words.gz, zstd, ''",
        "words, gzip, words, '', application/gzip",
        "words, gzip, words, '', Application/X-GZIP; a=b",
        "words, zstd, words, '', application/zstd",
        ".gz, gzip, .gz, gzip, ''"
    })
    void the_coding_is_known_by_header_by_name_or_by_media_type(
            String name, String coding, String keptName, String contentEncoding, String contentType)
            throws IOException {
        byte[] body = coding.equals("gzip") ? gzip(LINES) : zstd(LINES);
        String[] headers = contentEncoding.isEmpty()
                ? new String[] {"Content-Type", contentType.isEmpty() ? "text/plain" : contentType}
                : new String[] {
                    "Content-Encoding", contentEncoding, "Content-Type", contentType.isEmpty() ? "a/b" : contentType
                };
        Answer answer = upload("?name=" + name, body, headers);
        assertKept(answer, LINES);
        assertThat(answer.text("/name")).isEqualTo(keptName);
    }

    @Test
    void an_identity_coding_keeps_what_is_coded_as_it_is() throws IOException {
        byte[] body = gzip(LINES);
        Answer answer = upload("?name=a.gz", body, "Content-Encoding", "identity", "Content-Type", "application/gzip");
        assertKept(answer, body);
        assertThat(answer.text("/name")).isEqualTo("a.gz");
        assertKept(upload("?name=.gz", body), body);
        assertKept(upload("?name=a.gzip", body), body);
    }

    @Test
    void what_is_not_what_its_name_or_type_says_is_a_400_that_says_so() throws IOException {
        byte[] plain = "plain\n".getBytes(UTF_8);
        assertThat(refused(upload("?name=a.gz", plain))).contains("gzip", "its name", "identity");
        assertThat(refused(upload("?name=a.zst", plain))).contains("zstd", "its name");
        assertThat(refused(upload("", plain, "Content-Type", "application/zstd")))
                .contains("Content-Type");
        assertThat(refused(upload("?name=a.zst", gzip(plain)))).contains("zstd");
        assertThat(refused(upload("?name=a.gz", new byte[0]))).contains("gzip");
    }

    @Test
    void gzip_may_be_padded_with_zero_bytes_and_with_nothing_else() throws IOException {
        byte[] lines = Arrays.copyOf(LINES, 1000);
        byte[] whole = gzip(lines, lines);
        for (int zeros : new int[] {1, 511, 100_000}) {
            assertKept(upload("?name=a.gz", Arrays.copyOf(whole, whole.length + zeros)), joined(lines, lines));
        }
        refused(upload("?name=a.gz", joined(Arrays.copyOf(whole, whole.length + 3), gzip(lines))));
        refused(upload("?name=a.gz", joined(whole, "garbage".getBytes(UTF_8))));
        refused(upload("?name=a.gz", Arrays.copyOf(whole, whole.length - 1)));
        refused(upload("?name=a.gz", new byte[100]));
    }

    @Test
    void zstd_that_ends_in_the_middle_or_goes_on_with_something_else_is_a_400() throws IOException {
        byte[] content = new byte[30_000];
        new Random(2).nextBytes(content);
        for (byte[] whole : new byte[][] {zstd(content), zstdFrame(content)}) {
            for (int length : new int[] {0, 1, 3, 4, 5, 8, 1000, whole.length - 5, whole.length - 1}) {
                byte[] part = Arrays.copyOf(whole, length);
                refused(zstandard(part));
                if (length > 0) {
                    refused(zstandard(joined(whole, part)));
                }
            }
            refused(zstandard(joined(whole, "garbage".getBytes(UTF_8))));
            refused(zstandard(joined(whole, bytes(0x50, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1))));
        }
    }

    @Test
    void a_bomb_is_a_413_and_leaves_nothing() throws IOException {
        byte[] zeros = new byte[100 * LIMIT];
        upload("", gzip(zeros), "Content-Encoding", "gzip").isProblem(413, "too-large");
        upload("?name=a.gz", gzip(zeros)).isProblem(413, "too-large");
        zstandard(zstd(zeros)).isProblem(413, "too-large");
        // blocks that repeat one byte: 4 bytes for 128 KiB each
        byte[] repeating = new byte[6 + 4 * 8000];
        System.arraycopy(bytes(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38), 0, repeating, 0, 6);
        for (int i = 0; i < 8000; i++) {
            int header = ((128 * 1024) << 3) | (1 << 1) | (i == 7999 ? 1 : 0);
            System.arraycopy(bytes(header, header >> 8, header >> 16, 'a'), 0, repeating, 6 + 4 * i, 4);
        }
        zstandard(repeating).isProblem(413, "too-large");
        zstandard(joined(zstd(new byte[LIMIT]), zstd(new byte[1]))).isProblem(413, "too-large");
        assertKept(zstandard(zstd(new byte[LIMIT])), new byte[LIMIT]);
    }

    @Test
    void a_window_that_is_too_large_is_a_400_before_memory_is_taken_for_it() {
        for (int window : new int[] {(14 << 3), (17 << 3) | 1, (21 << 3), (31 << 3) | 7}) {
            byte[] frame = bytes(0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 9, 0, 0, 'a');
            assertThat(refused(zstandard(frame))).contains("window", "--long");
        }
        byte[] singleSegment = bytes(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80, 9, 0, 0, 'a');
        assertThat(refused(zstandard(singleSegment))).contains("window");
        assertThat(refused(zstandard(bytes(0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x38, 7, 9, 0, 0, 'a'))))
                .contains("dictionary");
    }

    @Test
    void damaged_bytes_are_never_a_fault_of_the_service() throws IOException {
        long seed = System.nanoTime();
        System.out.println("CodedUploadTest: seed " + seed);
        Random random = new Random(seed);
        byte[][] wholes = {zstd(Arrays.copyOf(LINES, 20_000)), zstdFrame(Arrays.copyOf(LINES, 3000)), gzip(LINES)};
        for (int round = 0; round < 400; round++) {
            int which = random.nextInt(wholes.length);
            byte[] body = wholes[which].clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                body[random.nextInt(random.nextBoolean() ? body.length : 30)] = (byte) random.nextInt(256);
            }
            Answer answer = upload("", body, "Content-Encoding", which == 2 ? "gzip" : "zstd");
            assertThat(answer.status())
                    .as("seed %d, round %d: %s", seed, round, answer)
                    .isIn(201, 400, 413);
        }
    }
}
