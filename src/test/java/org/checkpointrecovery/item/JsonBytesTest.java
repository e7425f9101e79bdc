package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBytesTest {
    private final JsonBytes json = new JsonBytes(1);

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                9,
                10,
                11,
                99,
                100,
                101,
                999,
                1000,
                12345,
                999_999_999,
                2_147_483_647,
                2_147_483_648L,
                10_000_000_000L,
                999_999_999_999_999_999L,
                1_000_000_000_000_000_000L,
                Long.MAX_VALUE,
                -1,
                -10,
                Long.MIN_VALUE
            })
    void a_number_is_written_in_decimal(long value) {
        assertThat(text(json.number(value))).isEqualTo(Long.toString(value));
    }

    @Test
    void random_numbers_of_every_size_are_written_in_decimal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >>> random.nextInt(64);
            json.clear();
            assertThat(text(json.number(value))).as("seed %d", seed).isEqualTo(Long.toString(value));
        }
    }

    @Test
    void a_string_escapes_only_what_json_asks_for() {
        assertThat(text(json.string("a\"b\\c/d\b\f\n\r\t\0\u001f\u007fé€😀")))
                .isEqualTo("\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0000\\u001f\u007fé€😀\"");
    }

    @Test
    void an_empty_string_is_two_quotation_marks() {
        assertThat(text(json.string(""))).isEqualTo("\"\"");
    }

    @Test
    void random_strings_are_read_back_by_a_json_parser_as_they_were() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ObjectMapper mapper = new ObjectMapper();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int rest = random.nextInt(40); rest > 0; rest--) {
                text.appendCodePoint(
                        switch (random.nextInt(6)) {
                            case 0 -> random.nextInt(0x20);
                            case 1 -> '"';
                            case 2 -> '\\';
                            case 3 -> 0x80 + random.nextInt(0xd800 - 0x80);
                            case 4 -> 0x10000 + random.nextInt(0x100000);
                            default -> 0x20 + random.nextInt(0x60);
                        });
            }
            json.clear();
            json.string(text.toString());
            assertThat(mapper.readValue(json.array(), 0, json.length(), String.class))
                    .as("seed %d", seed)
                    .isEqualTo(text.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff})
    void a_character_is_written_in_utf8(int codePoint) {
        assertThat(text(json.character(codePoint))).isEqualTo(Character.toString(codePoint));
    }

    @Test
    void it_grows_as_needed_and_keeps_what_was_there() {
        for (int i = 0; i < 1000; i++) {
            json.raw('x').number(i);
        }
        assertThat(text(json))
                .hasSize(1000 + 10 + 2 * 90 + 3 * 900)
                .startsWith("x0x1x2")
                .endsWith("x998x999");
        assertThat(json.capacity()).isGreaterThanOrEqualTo(json.length());
    }

    @Test
    void what_the_caller_wrote_behind_the_end_is_taken_over() {
        json.raw('a').reserve(8);
        json.array()[1] = 'b';
        json.array()[2] = 'c';
        json.appended(2);
        assertThat(text(json)).isEqualTo("abc");
        assertThatThrownBy(() -> json.appended(json.capacity())).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> json.appended(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void cut_back_forgets_the_end_only() {
        json.raw("abc".getBytes(StandardCharsets.US_ASCII)).cutBack(1);
        assertThat(text(json)).isEqualTo("a");
        assertThatThrownBy(() -> json.cutBack(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> json.cutBack(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(JsonBytes json) {
        return new String(json.array(), 0, json.length(), StandardCharsets.UTF_8);
    }
}
