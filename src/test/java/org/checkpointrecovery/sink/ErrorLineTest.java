package org.checkpointrecovery.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.junit.jupiter.api.Test;

class ErrorLineTest {
    private static final int CUT = 4096;
    private static final ItemFailure FAILURE = new ItemFailure(ItemErrorCode.NOT_UTF8, "a \"message\"");

    private static String line(byte[] item, boolean cut) {
        byte[] padded = new byte[item.length + 6];
        Arrays.fill(padded, (byte) 'Z'); // what belongs to other items
        System.arraycopy(item, 0, padded, 3, item.length);
        JsonBytes line = new JsonBytes(16);
        ErrorLine.append(line, new Item(padded, 3, 3 + item.length, 7, cut), FAILURE, 1);
        return new String(line.array(), 0, line.length(), StandardCharsets.UTF_8);
    }

    private static String line(String item) {
        return line(item.getBytes(StandardCharsets.UTF_8), false);
    }

    /** The item as the line shows it; with a bar behind it if the line says that it is cut. */
    private static String shown(byte[] item, boolean cut) throws IOException {
        JsonNode json = new JsonMapper().readTree(line(item, cut));
        return json.get("item").textValue() + (json.has("itemCut") ? "|" : "");
    }

    private static String shown(String item) throws IOException {
        return shown(item.getBytes(StandardCharsets.UTF_8), false);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void a_line_is_as_documented() {
        assertThat(line("fo\"urth\u0001\u00e9"))
                .isEqualTo("{\"index\":7,\"item\":\"fo\\\"urth\\u0001\u00e9\",\"error\":{\"code\":\"NOT_UTF8\","
                        + "\"message\":\"a \\\"message\\\"\"},\"attempts\":1}\n");
        assertThat(line("x".repeat(CUT + 1)))
                .isEqualTo("{\"index\":7,\"item\":\"" + "x".repeat(CUT) + "\",\"itemCut\":true,"
                        + "\"error\":{\"code\":\"NOT_UTF8\",\"message\":\"a \\\"message\\\"\"},\"attempts\":1}\n");
    }

    @Test
    void an_item_of_4_kib_is_shown_whole_and_a_longer_one_is_cut_at_a_character() throws IOException {
        for (String character : new String[] {"x", "\u00e9", "\u20ac", "\ud83d\ude00"}) {
            int length = character.getBytes(StandardCharsets.UTF_8).length;
            for (int before = 0; before < 5; before++) {
                String text = "a".repeat(before) + character.repeat(CUT / length + 3);
                int whole = (CUT - before) / length;
                assertThat(shown(text)).isEqualTo("a".repeat(before) + character.repeat(whole) + "|");
                String fits = "a".repeat(before) + character.repeat(whole);
                assertThat(shown(fits)).isEqualTo(fits);
            }
        }
    }

    @Test
    void bytes_that_are_not_utf_8_are_shown_as_replacement_characters() throws IOException {
        assertThat(shown(bytes('a', 0xff, 'b'), false)).isEqualTo("a\ufffdb");
        assertThat(shown(bytes('a', 0xe2, 0x82), false)).isEqualTo("a\ufffd");
        assertThat(shown(bytes(0xc0, 0x80), false)).isEqualTo("\ufffd\ufffd");
        assertThat(shown(bytes('a', 0xed, 0xa0, 0x80, 'b'), false)).matches("a\ufffd+b");
        byte[] many = new byte[5000];
        Arrays.fill(many, (byte) 0xff);
        assertThat(shown(many, false)).as("the cut counts what is shown").isEqualTo("\ufffd".repeat(CUT / 3) + "|");
        byte[] fits = new byte[CUT / 3];
        Arrays.fill(fits, (byte) 0xff);
        assertThat(shown(fits, false)).isEqualTo("\ufffd".repeat(CUT / 3));
    }

    @Test
    void an_item_that_was_cut_by_the_source_says_so_and_ends_at_a_character() throws IOException {
        assertThat(shown(bytes('a', 'b'), true)).isEqualTo("ab|");
        assertThat(shown(bytes('a', 0xe2, 0x82), true)).isEqualTo("a|");
        assertThat(shown(bytes(), true)).isEqualTo("|");
    }

    private static boolean isOf(String line, String item, boolean cut) {
        byte[] bytes = item.getBytes(StandardCharsets.UTF_8);
        return ErrorLine.isOf(line.getBytes(StandardCharsets.UTF_8), new Item(bytes, 0, bytes.length, 7, cut));
    }

    @Test
    void a_line_is_that_of_an_item_with_its_index_and_text() {
        for (String text : new String[] {"", "four\"th", "\u20ac", "a\\", "x".repeat(CUT), "x".repeat(CUT + 1)}) {
            String line = line(text);
            assertThat(isOf(line, text, false)).as(text).isTrue();
            assertThat(isOf(line.replace(":7,", ":8,"), text, false)).as(text).isFalse();
            assertThat(isOf(line, "y" + text, false)).as(text).isFalse();
            assertThat(isOf(line, text + "y", false)).as(text).isEqualTo(text.length() > CUT);
            assertThat(isOf(line.substring(0, 10), text, false)).as(text).isFalse();
        }
        assertThat(isOf(line("x".repeat(CUT)), "x".repeat(CUT - 1), false)).isFalse();
        assertThat(isOf(line("x".repeat(CUT)), "x".repeat(CUT + 1), false)).isFalse();
    }

    @Test
    void the_texts_of_items_that_were_cut_at_different_limits_match_up_to_the_first_cut() {
        byte[] shorter = "ab".getBytes(StandardCharsets.UTF_8);
        assertThat(isOf(line(shorter, true), "abc", false)).isTrue();
        assertThat(isOf(line(shorter, true), "a", true)).isTrue();
        assertThat(isOf(line("abc"), "ab", true)).isTrue();
        assertThat(isOf(line(shorter, true), "acb", false)).isFalse();
        assertThat(isOf(line("abc"), "b", true)).isFalse();
    }
}
