package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.Work;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestBodyTest {
    private static final byte[] NOT_UTF8 = {'a', (byte) 0xff};

    private static RequestBody.Made made(String body, byte[] item, boolean json) {
        return RequestBody.of(HttpSpec.to("http://there/").body(body).build()).of(new Work(Calling.JOB, 3, item, json));
    }

    private static String sent(String body, String item, boolean json) {
        var ready = (RequestBody.Made.Ready) made(body, item.getBytes(UTF_8), json);
        return ready.contentType() + ": " + new String(Objects.requireNonNull(ready.bytes()), UTF_8);
    }

    private static ItemFailure failure(String body, byte[] item, boolean json) {
        return ((RequestBody.Made.Unfit) made(body, item, json)).failure();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            item               | fo"urth | text/plain; charset=utf-8: fo"urth
            json               | fo"urth | application/json: {"index":3,"item":"fo\\"urth"}
            {item}             | fo"urth | text/plain; charset=utf-8: fo"urth
            {index};{item}     | a\\b    | text/plain; charset=utf-8: 3;a\\b
            say {item}{item}   | hi      | text/plain; charset=utf-8: say hihi
            {"q":"{item}"}     | fo"urth | application/json: {"q":"fo\\"urth"}
            {"q":{"n":{index}}}| x       | application/json: {"q":{"n":3}}
            ["{item}",{index}] | ü       | application/json: ["ü",3]
            {} { } [{}]        | x       | application/json: {} { } [{}]
            a {} { } {"b}      | x       | text/plain; charset=utf-8: a {} { } {"b}
            ["{{item}",{index}]| x       | application/json: ["{item}",3]
            say {{item} {item} | x       | text/plain; charset=utf-8: say {item} x
            {"q":"{{item}"}    | x       | application/json: {"q":"{item}"}
            {"q":"\\"{item}"}  | a"b     | application/json: {"q":"\\"a\\"b"}
            {"q":{item}}       | 12.50   | application/json: {"q":12.50}
            {"q":{item}}       | [1]     | application/json: {"q":[1]}
            """)
    void a_line_is_put_in(String body, String item, String sent) {
        assertThat(sent(body, item, false)).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            item                       | {"a":1.10}        | application/json: {"a":1.10}
            json                       | {"a":1.10}        | application/json: {"index":3,"item":{"a":1.10}}
            json                       | "text"            | application/json: {"index":3,"item":"text"}
            {"it":{item}}              | {"a": 1.10}       | application/json: {"it":{"a": 1.10}}
            {"it":"{item}"}            | "a\\n\\"b"        | application/json: {"it":"a\\n\\"b"}
            {item}                     | "a\\"b"           | text/plain; charset=utf-8: a"b
            {"n":"{name}","p":{price}} | {"name":"A\\"B","price":1.10} | application/json: {"n":"A\\"B","p":1.10}
            {name};{price};{x}         | {"name":"A\\"B","price":1.10,"x":null} | text/plain; charset=utf-8: A"B;1.10;null
            [{list},{object}]          | {"list":[1, 2],"object":{"a":true}} | application/json: [[1,2],{"a":true}]
            {Größe} {a-b} {_c}         | {"Größe":1,"a-b":2,"_c":3} | text/plain; charset=utf-8: 1 2 3
            {"n":"{Full Name}","x":{1}}| {"Full Name":"A B","1":2} | application/json: {"n":"A B","x":2}
            {a.b}{Price (EUR)}{ns:id}  | {"a.b":1,"Price (EUR)":2,"ns:id":3} | text/plain; charset=utf-8: 123
            {"n":"{o}"}                | {"o":{"a":"b"}}  | application/json: {"n":"{\\"a\\":\\"b\\"}"}
            {"s":"{s}"}                | {"s":"\\ud800x"} | application/json: {"s":"\\ud800x"}
            {"s":{o}}                  | {"o":{"s":"\\udc00\\ud83d\\ude00"}} | application/json: {"s":{"s":"\\udc00😀"}}
            """)
    void a_json_value_and_its_fields_are_put_in(String body, String item, String sent) {
        assertThat(sent(body, item, true)).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {"p":{price}} | {"price":""}
            {"p":{price}} | {"price":"abc"}
            {"p":{price}} | {"price":"1,\\"admin\\":true"}
            [{price}]     | {"price":"1,2"}
            [{price}]     | {"price":"1]["}
            """)
    void a_value_that_would_break_the_json_around_it_fails_the_item(String body, String item) {
        ItemFailure failure = failure(body, item.getBytes(UTF_8), true);
        assertThat(failure.code()).isEqualTo(ItemErrorCode.BODY_NOT_JSON);
        assertThat(failure.message()).contains("{price}").doesNotContain("abc", "admin");
    }

    @Test
    void a_lone_surrogate_fails_a_body_that_is_text() {
        assertThat(failure("{s};", "{\"s\":\"\\ud800\"}".getBytes(UTF_8), true).code())
                .isEqualTo(ItemErrorCode.BODY_NOT_JSON);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {"a":{item}            | false
            {"a":"{item}}          | false
            {{item} is {item}}     | false
            {"a":{item}}           | true
            {"i":{}} {"d":"{item}"}| true
            {item}                 | true
            no JSON {              | true
            """)
    void a_template_that_can_make_no_json_is_a_problem(String body, boolean fits) {
        assertThat(BodyTemplate.parse(body).problem().isEmpty()).isEqualTo(fits);
    }

    @Test
    void a_field_that_the_item_lacks_fails_it() {
        ItemFailure missing = failure("{name} of {city}", "{\"name\":\"secret item\"}".getBytes(UTF_8), true);
        assertThat(missing.code()).isEqualTo(ItemErrorCode.FIELD_MISSING);
        assertThat(missing.message()).contains("\"city\"").doesNotContain("secret item");
        assertThat(failure("{name}", "[1]".getBytes(UTF_8), true).message()).contains("not a JSON object");
    }

    @Test
    void bytes_that_are_not_utf8_go_as_they_are_or_fail_the_item() {
        assertThat(failure("json", NOT_UTF8, false).code()).isEqualTo(ItemErrorCode.NOT_UTF8);
        assertThat(failure("{item}", NOT_UTF8, false).code()).isEqualTo(ItemErrorCode.NOT_UTF8);
        assertThat(((RequestBody.Made.Ready) made("item", NOT_UTF8, false)).bytes())
                .isEqualTo(NOT_UTF8);
    }

    @Test
    void get_and_delete_send_nothing() {
        for (String method : new String[] {"GET", "DELETE"}) {
            var spec = HttpSpec.to("http://there/").method(method).body("{x}").build();
            var ready = (RequestBody.Made.Ready) RequestBody.of(spec).of(new Work(Calling.JOB, 3, NOT_UTF8, false));
            assertThat(ready.bytes()).isNull();
            assertThat(ready.contentType()).isNull();
        }
    }
}
