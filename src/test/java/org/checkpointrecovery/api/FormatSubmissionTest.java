package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formats as a client meets them. */
class FormatSubmissionTest {
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

    private static String over(String file, String format) {
        return "{\"input\":{\"fileId\":\"" + file + "\"}," + format + "}";
    }

    @Test
    void an_uploaded_csv_file_is_worked_on_record_by_record() {
        String file = http.upload("\ufeffid;name\r\n1;\"Zo\u00eb\r\nSmith\"\r\n2\r\n".getBytes(UTF_8));
        String job = http.complete(over(file, "\"format\":\"csv\",\"delimiter\":\";\""));
        assertThat(http.job(job).text("/spec/format")).isEqualTo("csv");
        assertThat(http.job(job).number("/progress/totalItems")).isEqualTo(2);
        assertThat(http.results(job))
                .startsWith(
                        "{\"index\":0,\"original\":\"{\\\"id\\\":\\\"1\\\",\\\"name\\\":\\\"Zo\u00eb\\\\r\\\\nSmith\\\"}\",");
        assertThat(http.errors(job))
                .isEqualTo(
                        "{\"index\":1,\"item\":\"2\",\"error\":{\"code\":\"BAD_CSV_RECORD\",\"message\":\"The record "
                                + "has 1 field, but the header has 2.\"},\"attempts\":0}\n");
        String child = http.ask(job, "retry-failed").is(201).id();
        http.await(child, "COMPLETED");
        assertThat(http.errors(child)).isEqualTo(http.errors(job));
    }

    @Test
    void a_line_that_is_no_json_fails_alone_and_raw_lines_may_be_blank() {
        String jsonl = http.complete("{\"input\":{\"items\":[\"{\\\"a\\\":1}\",\"nope\"]},\"format\":\"jsonl\"}");
        assertThat(http.results(jsonl)).hasLineCount(1);
        assertThat(http.errors(jsonl)).contains("\"index\":1", "NOT_JSON").hasLineCount(1);
        String raw = http.complete("{\"input\":{\"items\":[\" a \",\"\",\"b\"]},\"format\":\"raw-lines\"}");
        assertThat(http.results(raw))
                .contains("\"original\":\" a \",\"length\":3")
                .contains("{\"index\":1,\"original\":\"\",\"length\":0,\"word_count\":0,\"uppercase\":\"\"}")
                .hasLineCount(3);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '|', textBlock = """
                    'a,a'     | fields 1 and 2 are both named "a"
                    '"a"b,c'  | text after the closing quotation mark
                    """)
    void a_header_that_cannot_be_used_is_refused(String header, String why) {
        String file = http.upload((header + "\n1,2\n").getBytes(UTF_8));
        Answer uploaded =
                http.post("/v1/jobs", over(file, "\"format\":\"csv\"")).isInvalid("/input");
        assertThat(uploaded.text("/errors/0/message")).contains(why);
        Answer inline = http.post(
                "/v1/jobs", "{\"input\":{\"items\":[\"" + header.replace("\"", "\\\"") + "\"]},\"format\":\"csv\"}");
        assertThat(inline.isInvalid("/input").text("/errors/0/message")).contains(why);
        assertThat(http.delete("/v1/files/" + file).status()).isEqualTo(204);
    }

    @Test
    void an_inline_record_must_close_its_quotation_marks() {
        http.post("/v1/jobs", "{\"input\":{\"items\":[\"a,b\",\"1,\\\"2\",\"3\\\",4\"]},\"format\":\"csv\"}")
                .isInvalid("/input/items/1");
    }

    @Test
    void a_csv_file_is_read_as_its_options_say() {
        String file = http.upload("title\n1,\"Ana\n2,Bo\n".getBytes(UTF_8));
        String job = http.complete(
                over(file, "\"format\":\"csv\",\"header\":\"none\",\"skipRecords\":1,\"quote\":\"none\""));
        assertThat(http.results(job))
                .hasLineCount(2)
                .contains("{\\\"column_1\\\":\\\"1\\\",\\\"column_2\\\":\\\"\\\\\\\"Ana");
        Answer shown = http.job(job);
        assertThat(shown.text("/spec/delimiter")).isEqualTo(",");
        assertThat(shown.text("/spec/header")).isEqualTo("none");
        assertThat(shown.number("/spec/skipRecords")).isEqualTo(1);
        assertThat(shown.text("/spec/quote")).isEqualTo("none");
        Answer other =
                http.job(http.complete(over(file, "\"format\":\"csv\",\"header\":[\"a\",\"b\"],\"quote\":\"none\"")));
        assertThat(other.at("/spec/header").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(other.number("/progress/failedItems")).isEqualTo(1);
        Answer plain = http.job(http.complete("{\"input\":{\"items\":[\"a\",\"1\"]},\"format\":\"csv\"}"));
        assertThat(plain.text("/spec/header")).isEqualTo("first");
        assertThat(plain.number("/spec/skipRecords")).isZero();
        assertThat(plain.text("/spec/quote")).isEqualTo("double");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '|', textBlock = """
                    '"format":"csv","header":"second"'      | /header
                    '"format":"csv","header":5'             | /header
                    '"format":"csv","header":{}'            | /header
                    '"format":"csv","header":[]'            | /header
                    '"format":"csv","header":["a","b","a"]' | /header/2
                    '"format":"csv","header":["a",""]'      | /header/1
                    '"format":"csv","header":["a",7]'       | /header/1
                    '"format":"csv","header":["\\ud800"]'    | /header/0
                    '"format":"csv","skipRecords":-1'       | /skipRecords
                    '"format":"csv","skipRecords":1001'     | /skipRecords
                    '"format":"csv","quote":"single"'       | /quote
                    '"header":"first"'                      | /header
                    '"format":"jsonl","skipRecords":0'      | /skipRecords
                    '"format":"raw-lines","quote":"none"'   | /quote
                    """)
    void options_of_csv_that_cannot_be_used_are_refused(String options, String field) {
        http.post("/v1/jobs", "{\"input\":{\"items\":[\"a\"]}," + options + "}").isInvalid(field);
    }

    @Test
    void an_open_quotation_mark_fails_the_job_with_its_place() {
        String file = http.upload("id,name\n1,Ana\n2,\"Bo\n3,C\n".getBytes(UTF_8));
        Answer failed = http.await(http.submit(over(file, "\"format\":\"csv\"")), "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo("OPEN_QUOTE");
        assertThat(failed.text("/stateReason/message")).contains("line 3", "byte offset 16", "\"quote\": \"none\"");
        String read = http.complete(over(file, "\"format\":\"csv\",\"quote\":\"none\""));
        assertThat(http.results(read)).hasLineCount(3);
    }

    @Test
    void an_inline_record_is_read_with_the_delimiter_that_the_first_item_names() {
        http.post("/v1/jobs", "{\"input\":{\"items\":[\"sep=;\",\"a;b\",\"1;\\\"2\"]},\"format\":\"csv\"}")
                .isInvalid("/input/items/2");
        http.post("/v1/jobs", "{\"input\":{\"items\":[\"a,b\",\"1,\\\"2\"]},\"format\":\"csv\",\"quote\":\"none\"}")
                .is(201);
    }

    @Test
    void a_file_with_another_delimiter_is_refused_with_a_hint() {
        String file = http.upload("id;name\n1;Ana\n".getBytes(UTF_8));
        Answer refused = http.post("/v1/jobs", over(file, "\"format\":\"csv\"")).isInvalid("/input");
        assertThat(refused.text("/errors/0/message")).contains("\"delimiter\": \";\"");
        http.post("/v1/jobs", over(file, "\"format\":\"csv\",\"delimiter\":\",\""))
                .is(201);
    }
}
