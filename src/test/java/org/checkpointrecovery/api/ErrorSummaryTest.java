package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failed items in groups. */
class ErrorSummaryTest {
    private static String line(int index, String error) {
        return "{\"index\":" + index + ",\"item\":\"ä\",\"error\":{" + error + ",\"message\":\"m\"},\"attempts\":1}\n";
    }

    @Test
    void failures_are_counted_by_code_and_status_with_the_first_of_each(@TempDir Path directory) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3000; i += 3) {
            lines.append(line(i, "\"code\":\"NOT_UTF8\""))
                    .append(line(i + 1, "\"code\":\"HTTP_STATUS\",\"status\":" + (i % 2 == 0 ? 404 : 500)))
                    .append(line(i + 2, "\"code\":\"TIMED_OUT\""));
        }
        long committed = lines.toString().getBytes(UTF_8).length;
        Path file = Files.writeString(directory.resolve("errors"), lines + line(4000, "\"code\":\"NOT_JSON\""));
        ErrorSummary summary = ErrorSummary.of(FileChannel.open(file), committed);
        String json = new String(Answers.bytes(summary::write), UTF_8);
        assertThat(json)
                .isEqualTo("{\"failedItems\":3000,\"codes\":["
                        + group("\"NOT_UTF8\"", 1000, line(0, "\"code\":\"NOT_UTF8\"")) + ","
                        + group("\"TIMED_OUT\"", 1000, line(2, "\"code\":\"TIMED_OUT\"")) + ","
                        + group(
                                "\"HTTP_STATUS\",\"status\":404",
                                500,
                                line(1, "\"code\":\"HTTP_STATUS\",\"status\":404"))
                        + ","
                        + group(
                                "\"HTTP_STATUS\",\"status\":500",
                                500,
                                line(4, "\"code\":\"HTTP_STATUS\",\"status\":500"))
                        + "]}");
    }

    private static String group(String code, int count, String sample) {
        return "{\"code\":" + code + ",\"count\":" + count + ",\"sample\":" + sample.strip() + "}";
    }

    @Test
    void a_job_tells_what_its_items_failed_with(@TempDir Path directory) {
        try (TestServer service = TestServer.in(directory).maxItem(100).start()) {
            ServiceClient http = service.client();
            byte[] lines = ("fine\n\377\n\376\n" + "x".repeat(101) + "\nfine\n").getBytes(ISO_8859_1);
            String id = http.complete("{\"input\":{\"fileId\":\"" + http.upload(lines) + "\"}}");
            Answer summary = http.get("/v1/jobs/" + id + "/errors/summary").is(200);
            assertThat(summary.number("/failedItems")).isEqualTo(3);
            assertThat(summary.text("/codes/0/code")).isEqualTo("NOT_UTF8");
            assertThat(summary.number("/codes/0/count")).isEqualTo(2);
            assertThat(summary.number("/codes/0/sample/index")).isEqualTo(1);
            assertThat(summary.text("/codes/1/code")).isEqualTo("ITEM_TOO_LONG");
            String fine = http.complete("{\"input\":{\"items\":[\"a\"]}}");
            assertThat(http.get("/v1/jobs/" + fine + "/errors/summary").is(200).text())
                    .isEqualTo("{\"failedItems\":0,\"codes\":[]}");
        }
    }
}
