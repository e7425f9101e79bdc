package org.checkpointrecovery.item;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.checkpointrecovery.item.CsvHeader.BadHeaderException;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What processors are given, and which items fail before. */
class ItemDecodersTest {
    private static final Format JSONL = new Format(Format.Kind.JSONL, ',');
    private static final Format CSV = new Format(Format.Kind.CSV, ',');

    private static Item item(byte[] bytes) {
        byte[] within = new byte[bytes.length + 7];
        System.arraycopy(bytes, 0, within, 3, bytes.length);
        return new Item(within, 3, 3 + bytes.length, 42, false);
    }

    private static Item item(String text) {
        return item(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Item item) {
        return new String(item.bytes(), item.start(), item.length(), StandardCharsets.UTF_8);
    }

    private static @Nullable CsvHeader header(String input, Format format) throws IOException {
        byte[] bytes = input.getBytes(StandardCharsets.UTF_8);
        LineSource.Lines lines = new LineSource.Lines(bytes.length, 100, format, true, true);
        return CsvHeader.read(new SlowChannel(bytes, 3), lines, false).orElse(null);
    }

    private static String decoded(ItemDecoder decoder, String raw) {
        ItemFailure failure = decoder.decode(item(raw));
        assertThat(failure).as(raw).isNull();
        assertThat(decoder.decoded().index()).isEqualTo(42);
        return text(decoder.decoded());
    }

    private static ItemFailure failure(ItemDecoder decoder, Item raw) {
        return requireNonNull(decoder.decode(raw), "the item did not fail: " + text(raw));
    }

    private static ItemFailure failure(ItemDecoder decoder, String raw) {
        return failure(decoder, item(raw));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[1,{\"a\":[]}]",
                "\"x\"",
                "-0.5e-7",
                "true",
                "null",
                "{\"a\":1,\"a\":2}",
                "\"\\ud800\"",
                "{\"\":\"\u00e4\ud83d\ude00\"}",
                "  [ ]  ",
                "123456789012345678901234567890",
                "\"\u2028\""
            })
    void any_one_json_value_is_an_item(String line) {
        assertThat(decoded(ItemDecoders.of(JSONL, null), line)).isEqualTo(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[1,]",
                "'x'",
                "01",
                "1 2",
                "{} {}",
                "nul",
                "truex",
                "{a:1}",
                "\"a\tb\"",
                "\"\\x\"",
                "NaN",
                "+1",
                ".5",
                "1.",
                "\ufeff{}",
                "// c\n1",
                "",
                " ",
                "{\"a\":1}}",
                "\"abc",
                "[1 2]",
                "\u00a01",
                "1,"
            })
    void what_is_not_one_json_value_fails(String line) {
        ItemFailure failure = failure(ItemDecoders.of(JSONL, null), line);
        assertThat(failure.code()).isEqualTo(ItemErrorCode.NOT_JSON);
        assertThat(failure.message())
                .startsWith("The line ")
                .containsAnyOf(
                        "is blank, not a JSON value",
                        "more than one JSON value",
                        "is not valid JSON: syntax " + "error at")
                .endsWith(". Correct it and submit the input again.");
    }

    @Test
    void json_may_be_long_and_deep_up_to_a_limit_of_depth() {
        ItemDecoder decoder = ItemDecoders.of(JSONL, null);
        String digits = "9".repeat(100_000);
        assertThat(decoded(decoder, digits)).isEqualTo(digits);
        String name = "{\"" + "n".repeat(200_000) + "\":1}";
        assertThat(decoded(decoder, name)).isEqualTo(name);
        assertThat(decoded(decoder, "[".repeat(1000) + "]".repeat(1000))).hasSize(2000);
        assertThat(failure(decoder, "[".repeat(1001) + "]".repeat(1001)).message())
                .contains("nested deeper than 1000");
        assertThat(failure(decoder, "[".repeat(100_000)).code()).isEqualTo(ItemErrorCode.NOT_JSON);
    }

    @Test
    void bytes_that_are_not_utf_8_fail_also_where_a_parser_would_guess_another_encoding() throws IOException {
        for (ItemDecoder decoder :
                List.of(ItemDecoders.of(JSONL, null), ItemDecoders.of(CSV, requireNonNull(header("a\n", CSV))))) {
            for (byte[] bytes : List.of(
                    new byte[] {'"', 'a', (byte) 0xff, '"'},
                    new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
                    new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
                    new byte[] {'"', 'x', (byte) 0xe2, (byte) 0x82})) {
                ItemFailure failure = failure(decoder, item(bytes));
                assertThat(failure.code()).isEqualTo(ItemErrorCode.NOT_UTF8);
                assertThat(failure.message()).contains("offset " + (bytes[1] < 0 ? 1 : 2));
            }
        }
        assertThat(failure(ItemDecoders.of(JSONL, null), item("{}".getBytes(StandardCharsets.UTF_16LE)))
                        .code())
                .isEqualTo(ItemErrorCode.NOT_JSON);
    }

    @Test
    void text_is_given_as_it_is_and_checked_by_nobody() {
        ItemDecoder decoder = ItemDecoders.of(Format.LINES, null);
        Item raw = item(new byte[] {'a', (byte) 0xff});
        assertThat(decoder.decode(raw)).isNull();
        assertThat(decoder.decoded()).isSameAs(raw);
    }

    @Test
    void a_record_of_csv_becomes_an_object_of_strings_in_the_order_of_the_header() throws IOException {
        CsvHeader header = requireNonNull(header("\ufeff\r\n\nname,\"the \"\"age\"\"\",\u00e4\r\nx,1,y\n", CSV));
        assertThat(header.names()).containsExactly("name", "the \"age\"", "\u00e4");
        assertThat(header.raw()).asString(StandardCharsets.UTF_8).isEqualTo("name,\"the \"\"age\"\"\",\u00e4");
        assertThat(header.dataStartBytes()).isEqualTo(29);
        ItemDecoder decoder = ItemDecoders.of(CSV, header);
        assertThat(decoded(decoder, "x,1,y")).isEqualTo("{\"name\":\"x\",\"the \\\"age\\\"\":\"1\",\"\u00e4\":\"y\"}");
        assertThat(decoded(decoder, ",,")).isEqualTo("{\"name\":\"\",\"the \\\"age\\\"\":\"\",\"\u00e4\":\"\"}");
        assertThat(decoded(decoder, "\"a,\r\nb\", 2 ,\"\"\"\ud83d\ude00\""))
                .isEqualTo("{\"name\":\"a,\\r\\nb\",\"the \\\"age\\\"\":\" 2 \",\"\u00e4\":\"\\\"\ud83d\ude00\"}");
        assertThat(decoded(decoder, "a\"b,\u0001,#\\"))
                .isEqualTo("{\"name\":\"a\\\"b\",\"the \\\"age\\\"\":\"\\u0001\",\"\u00e4\":\"#\\\\\"}");
    }

    @Test
    void a_record_that_is_ragged_or_no_csv_fails_and_the_next_one_does_not() throws IOException {
        ItemDecoder decoder = ItemDecoders.of(CSV, requireNonNull(header("a,b,c", CSV)));
        assertThat(failure(decoder, "1,2"))
                .isEqualTo(new ItemFailure(
                        ItemErrorCode.BAD_CSV_RECORD, "The record has 2 fields, but the header has " + "3."));
        assertThat(failure(decoder, "1").message()).isEqualTo("The record has 1 field, but the header has 3.");
        assertThat(failure(decoder, "1,2,3,").message()).isEqualTo("The record has 4 fields, but the header has 3.");
        assertThat(failure(decoder, "1,\"2\"x,3").message())
                .isEqualTo("The record has text after the closing quotation mark of field 2.");
        assertThat(failure(decoder, "1,2,\"3\n4\n").message())
                .contains("A quotation mark in the record is never closed");
        assertThat(failure(decoder, "1,2,\"3\"\"").message()).contains("never closed");
        assertThat(failure(decoder, "1,2\r3,4").message()).contains("carriage return outside quotation marks");
        assertThat(failure(decoder, "\r\r").message()).contains("carriage return outside quotation marks");
        assertThat(decoded(decoder, "1,2,3")).isEqualTo("{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}");
    }

    @Test
    void a_failed_record_of_several_lines_says_how_many_because_one_quotation_mark_makes_them() throws IOException {
        ItemDecoder decoder = ItemDecoders.of(CSV, requireNonNull(header("a,b", CSV)));
        assertThat(failure(decoder, "1,\"2\n3,4\n5,\"x").message())
                .startsWith("The record has text after the closing quotation mark of field 2. The record spans 3 "
                        + "lines. ")
                .contains("--csv-quote none");
        assertThat(failure(decoder, "\"1\n2\"").message())
                .startsWith("The record has 1 field, but the header has 2. The record spans 2 lines. ");
    }

    @Test
    void an_item_that_is_too_long_says_where_it_begins_and_how_many_lines_it_holds() throws IOException {
        byte[] input =
                ("a,b\n1,2\n\"" + "x\n".repeat(30) + "\",4\n" + "y".repeat(50) + "\n").getBytes(StandardCharsets.UTF_8);
        LineSource.Lines lines = new LineSource.Lines(input.length, 20, CSV, true, true);
        List<String> failures = new ArrayList<>();
        for (boolean copies : new boolean[] {false, true}) {
            ItemDecoder decoder = ItemDecoders.of(lines, requireNonNull(header("a,b", CSV)), copies);
            try (LineSource source = new LineSource(new SlowChannel(input, 7), lines, 4, 0)) {
                for (Items items = source.read(1); items.count() > 0; items = source.read(1)) {
                    ItemFailure failure = decoder.decode(items.get(0).copy());
                    failures.add(failure == null ? text(decoder.decoded()) : failure.message());
                }
            }
        }
        String tooLong = "The item is longer than 20 bytes (--max-item-bytes).";
        String held = " The record spans 31 lines. Send \"quote\": \"none\" (run: --csv-quote none) if quotation "
                + "marks are ordinary characters in this input.";
        assertThat(failures)
                .containsExactly(
                        "{\"a\":\"1\",\"b\":\"2\"}",
                        tooLong + " It begins at byte offset 8 of the input." + held,
                        tooLong + " It begins at byte offset 73 of the input.",
                        "{\"a\":\"1\",\"b\":\"2\"}",
                        tooLong + held,
                        tooLong);
    }

    @Test
    void without_quotation_a_record_is_split_at_every_delimiter() throws IOException {
        Format unquoted = CSV.withQuote(Format.Quote.NONE);
        CsvHeader header = requireNonNull(header("\"a,b\"\n1,2\n", unquoted));
        assertThat(header.names()).containsExactly("\"a", "b\"");
        ItemDecoder decoder = ItemDecoders.of(unquoted, header);
        assertThat(decoded(decoder, "12\",\"\"")).isEqualTo("{\"\\\"a\":\"12\\\"\",\"b\\\"\":\"\\\"\\\"\"}");
        assertThat(decoded(decoder, ",")).isEqualTo("{\"\\\"a\":\"\",\"b\\\"\":\"\"}");
        assertThat(failure(decoder, "\"1,2,3\"").message()).isEqualTo("The record has 3 fields, but the header has 2.");
        assertThat(failure(decoder, "1,2\r3").message()).contains("carriage return");
    }

    @Test
    void other_delimiters_are_taken_even_odd_ones() throws IOException {
        for (char delimiter : new char[] {'\t', ';', '|', ' ', '.', '\\', 'x', '\''}) {
            Format format = new Format(Format.Kind.CSV, delimiter);
            ItemDecoder decoder = ItemDecoders.of(format, requireNonNull(header("a" + delimiter + "b", format)));
            String shown = delimiter == '\t' ? "\\t" : delimiter == '\\' ? "\\\\" : String.valueOf(delimiter);
            assertThat(decoded(decoder, "1" + delimiter + "\"" + delimiter + "\""))
                    .isEqualTo("{\"a\":\"1\",\"b\":\"" + shown + "\"}");
        }
    }

    @Test
    void a_header_that_cannot_name_fields_is_refused() {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("a,b,a\n1,2,3\n", "fields 1 and 3 are both named \"a\"");
        wrong.put("a,\"b\"c\n1,2\n", "text after the closing quotation mark of field 2");
        wrong.put("a,b\r1,2\r", "carriage return outside quotation marks");
        wrong.put("x".repeat(101), "longer than 100 bytes (--max-item-bytes)");
        wrong.forEach((input, why) -> assertThatThrownBy(() -> header(input, CSV))
                .isInstanceOf(BadHeaderException.class)
                .hasMessageContaining("the header record cannot be used")
                .hasMessageContaining(why));
        byte[] latin1 = {'a', (byte) 0xe4, '\n'};
        assertThatThrownBy(() -> CsvHeader.read(
                        new SlowChannel(latin1, 3), new LineSource.Lines(3, 100, CSV, true, true), false))
                .isInstanceOf(BadHeaderException.class)
                .hasMessageContaining("not valid UTF-8");
    }

    @Test
    void a_header_is_limited_whatever_an_item_may_have() {
        LineSource.Lines lines = new LineSource.Lines(1L << 32, 64 * 1024 * 1024, CSV, true, true);
        assertThatThrownBy(() -> CsvHeader.read(new EndlessLine(1L << 32, 1L << 31), lines, false))
                .isInstanceOf(BadHeaderException.class)
                .hasMessageContaining("longer than 1048576 bytes");
        byte[] wide = ("a" + ",b".repeat(FieldNames.MAX_FIELDS)).getBytes(StandardCharsets.UTF_8);
        LineSource.Lines all = new LineSource.Lines(wide.length, wide.length, CSV, true, true);
        assertThatThrownBy(() -> CsvHeader.read(new SlowChannel(wide, wide.length), all, false))
                .isInstanceOf(BadHeaderException.class)
                .hasMessageContaining("more than 65536 fields");
    }

    @Test
    void an_input_without_a_record_has_no_header_and_no_items() throws IOException {
        assertThat(header("", CSV)).isNull();
        assertThat(header("\ufeff\r\n\n", CSV)).isNull();
        assertThat(ItemDecoders.of(CSV, null)).isNotNull();
    }

    /** What is written as CSV by the letter of RFC 4180 comes back as it was. */
    @Test
    void random_values_come_back_as_they_were() throws IOException {
        ObjectMapper json = new ObjectMapper();
        String alphabet = "ab,\"\"\n\r;\u00e4 \\";
        CsvHeader header = requireNonNull(header("a,b,c", CSV));
        ItemDecoder decoder = ItemDecoders.of(CSV, header);
        for (long seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            List<String> values = new ArrayList<>();
            List<String> written = new ArrayList<>();
            for (int field = 0; field < 3; field++) {
                StringBuilder value = new StringBuilder();
                for (int i = random.nextInt(8); i > 0; i--) {
                    value.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                values.add(value.toString());
                boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
                written.add(
                        plain && random.nextBoolean()
                                ? value.toString()
                                : "\"" + value.toString().replace("\"", "\"\"") + "\"");
            }
            String record = String.join(",", written);
            Map<?, ?> object = json.readValue(decoded(decoder, record), LinkedHashMap.class);
            assertThat(object.values().toArray())
                    .as("seed %d: %s", seed, record)
                    .isEqualTo(values.toArray());
        }
    }
}
