package org.checkpointrecovery.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextStatsTest {
    private final TextStats stats = new TextStats();

    @Test
    void a_plain_line_is_counted_and_put_in_upper_case() {
        assertThat(resultOf(7, "The quick brown fox, 42 times"))
                .isEqualTo("{\"index\":7,\"original\":\"The quick brown fox, 42 times\",\"length\":29,\"word_count\":6,"
                        + "\"uppercase\":\"THE QUICK BROWN FOX, 42 TIMES\"}");
    }

    @Test
    void length_counts_code_points_and_upper_case_may_be_longer() {
        assertThat(resultOf(0, "Straße \u0149 \u0390 \ufb03 😀 𐐨"))
                .isEqualTo(
                        "{\"index\":0,\"original\":\"Straße \u0149 \u0390 \ufb03 😀 𐐨\",\"length\":16,\"word_count\":6,"
                                + "\"uppercase\":\"STRASSE \u02bcN \u0399\u0308\u0301 FFI 😀 𐐀\"}");
    }

    @Test
    void upper_case_may_be_shorter_in_bytes_and_knows_no_language() {
        assertThat(resultOf(0, "ıi ſ ς")).contains("\"uppercase\":\"II S Σ\"");
    }

    @Test
    void what_json_asks_for_is_escaped_in_both_texts() {
        assertThat(resultOf(1, "say \"hi\"\t\\n \u0001 é"))
                .isEqualTo(
                        "{\"index\":1,\"original\":\"say \\\"hi\\\"\\t\\\\n \\u0001 é\",\"length\":15,\"word_count\":5,"
                                + "\"uppercase\":\"SAY \\\"HI\\\"\\t\\\\N \\u0001 É\"}");
    }

    @Test
    void nul_is_a_character_like_any_other() {
        assertThat(resultOf(0, "a\0b"))
                .isEqualTo("{\"index\":0,\"original\":\"a\\u0000b\",\"length\":3,\"word_count\":1,"
                        + "\"uppercase\":\"A\\u0000B\"}");
    }

    @Test
    void an_empty_item_has_no_words() {
        assertThat(resultOf(0, ""))
                .isEqualTo("{\"index\":0,\"original\":\"\",\"length\":0,\"word_count\":0,\"uppercase\":\"\"}");
    }

    @Test
    void an_index_may_be_beyond_an_int() {
        assertThat(resultOf(Long.MAX_VALUE, "x")).startsWith("{\"index\":9223372036854775807,");
    }

    @Test
    void white_space_that_was_not_stripped_is_kept_and_counts_no_word() {
        assertThat(resultOf(0, "  a  ")).contains("\"original\":\"  a  \",\"length\":5,\"word_count\":1,");
        assertThat(resultOf(0, "\u2003\u2003")).contains("\"length\":2,\"word_count\":0,");
    }

    @Test
    void results_are_appended_behind_one_another() {
        JsonBytes result = new JsonBytes(1);
        for (String text : new String[] {"a", "é", "b"}) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            assertThat(stats.process(new Item(utf8, 0, utf8.length, 0, false), result))
                    .isNull();
        }
        assertThat(text(result))
                .isEqualTo(PlainTextStats.of(0, "a") + PlainTextStats.of(0, "é") + PlainTextStats.of(0, "b"));
    }

    @Test
    void every_code_point_counts_separates_and_is_put_in_upper_case_as_in_unicode_14() {
        JsonBytes result = new JsonBytes(256);
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint == Character.MIN_SURROGATE) {
                codePoint = Character.MAX_SURROGATE + 1;
            }
            String text = "a" + Character.toString(codePoint) + "b";
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            result.clear();
            ItemFailure failure = stats.process(new Item(utf8, 0, utf8.length, codePoint, false), result);
            String expected = PlainTextStats.of(codePoint, text);
            if (failure != null || !text(result).equals(expected)) {
                assertThat(text(result)).as("U+%04X, %s", codePoint, failure).isEqualTo(expected);
            }
        }
    }

    @Test
    void random_lines_have_the_results_of_the_plain_implementation_wherever_they_stand_in_the_array() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        JsonBytes result = new JsonBytes(1);
        for (int i = 0; i < 50_000; i++) {
            String text = randomLine(random);
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            byte[] array = new byte[random.nextInt(10) + utf8.length + random.nextInt(10)];
            random.nextBytes(array);
            int start = random.nextInt(array.length - utf8.length + 1);
            System.arraycopy(utf8, 0, array, start, utf8.length);
            result.clear();
            ItemFailure failure = stats.process(new Item(array, start, start + utf8.length, i, false), result);
            assertThat(failure).as("seed %d", seed).isNull();
            assertThat(text(result)).as("seed %d", seed).isEqualTo(PlainTextStats.of(i, text));
        }
    }

    @Test
    void random_bytes_fail_at_the_byte_where_a_strict_decoder_stops() throws CharacterCodingException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        byte[] leads = HexFormat.of().parseHex("c1c2dfe0e1ecedeeeff0f1f3f4f5ff");
        byte[] trails = HexFormat.of().parseHex("7f808f909fa0bfc0");
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = randomLine(random).getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < bytes.length; at++) {
                int dice = random.nextInt(12);
                if (dice == 0) {
                    bytes[at] = leads[random.nextInt(leads.length)];
                } else if (dice == 1) {
                    bytes[at] = trails[random.nextInt(trails.length)];
                }
            }
            ByteBuffer in = ByteBuffer.wrap(bytes);
            CoderResult decoded = decoder.reset().decode(in, CharBuffer.allocate(bytes.length), true);
            ItemFailure failure = failureOf(bytes);
            String what = "seed %d, %s".formatted(seed, HexFormat.of().formatHex(bytes));
            if (decoded.isError()) {
                assertThat(failure).as(what).isNotNull();
                assertThat(failure.message())
                        .as(what)
                        .contains(" 0x%02x at offset %d.".formatted(bytes[in.position()], in.position()));
            } else {
                assertThat(failure).as(what).isNull();
            }
        }
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource({
        "80, 0x80, 0, a continuation byte alone",
        "616263bf, 0xbf, 3, a continuation byte behind ASCII",
        "e9, 0xe9, 0, Latin-1",
        "6361666520e9, 0xe9, 5, Latin-1 behind ASCII",
        "c080, 0xc0, 0, NUL in two bytes",
        "c1bf, 0xc1, 0, ASCII in two bytes",
        "e08080, 0xe0, 0, NUL in three bytes",
        "e09fbf, 0xe0, 0, U+07FF in three bytes",
        "f0808080, 0xf0, 0, NUL in four bytes",
        "f08fbfbf, 0xf0, 0, U+FFFF in four bytes",
        "eda080, 0xed, 0, the first surrogate",
        "edbfbf, 0xed, 0, the last surrogate",
        "eda0bdedb880, 0xed, 0, a pair of surrogates",
        "f4908080, 0xf4, 0, U+110000",
        "f5808080, 0xf5, 0, a lead byte that is never used",
        "f888808080, 0xf8, 0, a form of five bytes",
        "ff, 0xff, 0, a byte that is never used",
        "c3, 0xc3, 0, two bytes cut",
        "e282, 0xe2, 0, three bytes cut",
        "f09f98, 0xf0, 0, four bytes cut",
        "c341, 0xc3, 0, ASCII where a continuation belongs",
        "e28241, 0xe2, 0, ASCII where the last continuation belongs",
        "c3c3a9, 0xc3, 0, a lead byte where a continuation belongs",
        "c3a9c3a9a9, 0xa9, 4, one continuation too many",
        "3031323334353637e282ac38393132333435363738c3, 0xc3, 21, a good character before"
    })
    void bytes_that_are_not_utf8_fail_the_item(String hex, String value, int offset, String why) {
        ItemFailure failure = failureOf(HexFormat.of().parseHex(hex));
        assertThat(failure).as(why).isNotNull();
        assertThat(failure.code()).isEqualTo(ItemErrorCode.NOT_UTF8);
        assertThat(failure.message())
                .isEqualTo("The item is not valid UTF-8: invalid byte " + value + " at offset " + offset
                        + ". Convert the input to UTF-8 and submit it again.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080", "f48fbfbf", "efbbbf41"})
    void the_first_and_last_characters_of_each_length_are_utf8(String hex) {
        byte[] utf8 = HexFormat.of().parseHex(hex);
        assertThat(failureOf(utf8)).isNull();
        String text = new String(utf8, StandardCharsets.UTF_8);
        assertThat(resultOf(0, text)).isEqualTo(PlainTextStats.of(0, text));
    }

    @Test
    void what_stands_behind_the_item_does_not_complete_its_last_character() {
        byte[] utf8 = "é€😀".getBytes(StandardCharsets.UTF_8);
        for (int end : new int[] {1, 3, 4, 6, 7, 8}) {
            assertThat(stats.process(new Item(utf8, 0, end, 0, false), new JsonBytes(64)))
                    .as("cut at %d", end)
                    .isNotNull();
        }
    }

    @Test
    void an_item_that_failed_leaves_nothing_behind_for_the_next() {
        assertThat(failureOf(new byte[] {'a', ' ', (byte) 0xc3, (byte) 0xa9, (byte) 0xff}))
                .isNotNull();
        assertThat(resultOf(0, "é")).isEqualTo(PlainTextStats.of(0, "é"));
    }

    private static String randomLine(Random random) {
        int strange = random.nextInt(4) == 0 ? 1 : random.nextInt(40) + 2; // one character in so many is not plain
        StringBuilder text = new StringBuilder();
        for (int rest = random.nextInt(60); rest > 0; rest--) {
            if (random.nextInt(strange) == 0 && strange < 40) {
                text.appendCodePoint(strangeCharacter(random));
            } else {
                text.append(random.nextInt(5) == 0 ? ' ' : (char) (' ' + random.nextInt(0x5f)));
            }
        }
        return text.toString();
    }

    private static int strangeCharacter(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> random.nextInt(0x20);
            case 1 -> "\"\\\u007f\u0085\u00a0".codePointAt(random.nextInt(5));
            case 2 -> 0x2000 + random.nextInt(0x70);
            case 3 -> 0x370 + random.nextInt(0x200);
            case 4 -> 0x1e00 + random.nextInt(0x200);
            case 5 -> 0xe000 + random.nextInt(0x2000);
            case 6 -> 0x10000 + random.nextInt(0x100000);
            default -> 0x80 + random.nextInt(0x200);
        };
    }

    private String resultOf(long index, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        JsonBytes result = new JsonBytes(16);
        assertThat(stats.process(new Item(utf8, 0, utf8.length, index, false), result))
                .isNull();
        return text(result);
    }

    private @Nullable ItemFailure failureOf(byte[] bytes) {
        return stats.process(new Item(bytes, 0, bytes.length, 0, false), new JsonBytes(16));
    }

    private static String text(JsonBytes json) {
        return new String(json.array(), 0, json.length(), StandardCharsets.UTF_8);
    }
}
