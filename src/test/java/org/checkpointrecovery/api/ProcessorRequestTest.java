package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.processor.http.AddressRules;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorRequestTest {
    private static TestService service;
    private static ServiceClient http;

    @BeforeAll
    static void startService(@TempDir Path directory) {
        service = TestService.in(directory)
                .addressRules(AddressRules.publicOnly())
                .start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static Answer submit(String format, String processor) {
        return http.post(
                "/v1/jobs",
                "{\"start\":false,\"input\":{\"items\":[]},\"format\":\"" + format + "\",\"processor\":" + processor
                        + "}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "type":"http"                                              | /url
            "type":"http","url":""                                     | /url
            "type":"http","url":null                                   | /url
            "type":"http","url":"there"                                | /url
            "type":"http","url":"ftp://there/"                         | /url
            "type":"http","url":"http://u:p@there/"                    | /url
            "type":"http","url":"http://127.0.0.1/"                    | /url
            "type":"http","url":"http://[::ffff:10.0.0.1]/"            | /url
            "type":"http","url":"http://2130706433/"                   | /url
            "type":"http","url":"http://169.254.169.254/latest"        | /url
            "type":"http","url":"http://t/","method":"HEAD"            | /method
            "type":"http","url":"http://t/","method":null              | /method
            "type":"http","url":"http://t/","headers":null             | /headers
            "type":"http","url":"http://t/","headers":{"a b":"x"}      | /headers/a b
            "type":"http","url":"http://t/","headers":{"Host":"x"}     | /headers/Host
            "type":"http","url":"http://t/","headers":{"Attempt":"x"}  | /headers/Attempt
            "type":"http","url":"http://t/","headers":{"A":"1","a":"2"} | /headers/a
            "type":"http","url":"http://t/","headers":{"A":1}          | /headers/A
            "type":"http","url":"http://t/","headers":{"A":"x\\ny"}    | /headers/A
            "type":"http","url":"http://t/","headers":{"A":{}}         | /headers/A/secret
            "type":"http","url":"http://t/","headers":{"A":{"secret":"NONE"}} | /headers/A/secret
            "type":"http","url":"http://t/","body":null                | /body
            "type":"http","url":"http://t/","body":"\\ud800"           | /body
            "type":"http","url":"http://t/","body":"{field}"           | /body
            "type":"http","url":"http://t/","concurrency":0            | /concurrency
            "type":"http","url":"http://t/","requestsPerSecond":0      | /requestsPerSecond
            "type":"http","url":"http://t/","connectTimeoutMillis":0   | /connectTimeoutMillis
            "type":"http","url":"http://t/","timeoutMillis":1.5        | /timeoutMillis
            "type":"http","url":"http://t/","maxAttempts":0            | /maxAttempts
            "type":"http","url":"http://t/","maxResponseBytes":-1      | /maxResponseBytes
            "type":"http","url":"http://t/","pauseAfterFailedItems":0  | /pauseAfterFailedItems
            "type":"http","url":"http://t/","retries":3                | /retries
            """)
    void a_wrong_field_is_named(String fields, String wrong) {
        submit("lines", "{" + fields.replace("\\\\", "\\") + "}").isInvalid("/processor" + wrong);
        assertThat(http.get("/v1/jobs").at("/jobs")).isEmpty();
    }

    @Test
    void fields_of_items_that_are_json_may_be_named() {
        Answer made = submit(
                "jsonl",
                "{\"type\":\"http\",\"url\":\"http://t.example/\",\"body\":\"{field}\",\"requestsPerSecond\":0.5}");
        made.is(201);
        http.delete("/v1/jobs/" + made.id()).is(204);
        assertThat(List.of(made.text("/spec/processor/body"), made.text("/spec/processor/method")))
                .containsExactly("{field}", "POST");
    }
}
