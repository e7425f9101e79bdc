package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhitespaceTest {
    /** Every code point for which Python 3.11's {@code str.isspace} is true. */
    private static final List<Integer> WHITE = List.of(
            0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
            0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000);

    @Test
    void white_space_is_the_same_as_in_python_for_every_code_point() {
        List<Integer> white = new ArrayList<>();
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (isSurrogate(codePoint)) {
                continue;
            }
            byte[] utf8 = utf8(codePoint);
            int length = Whitespace.lengthAt(utf8, 0, utf8.length);
            if (length != 0) {
                assertThat(length).as("length of U+%04X", codePoint).isEqualTo(utf8.length);
                white.add(codePoint);
            }
        }
        assertThat(white).isEqualTo(WHITE);
    }

    @Test
    void ascii_white_space_is_the_same_as_in_python() {
        for (int character = 0; character < 0x80; character++) {
            assertThat(Whitespace.isAscii(character)).as("U+%04X", character).isEqualTo(WHITE.contains(character));
        }
    }

    @Test
    void strip_removes_white_space_at_both_ends_and_nothing_else_for_every_code_point() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (isSurrogate(codePoint)) {
                continue;
            }
            byte[] one = utf8(codePoint);
            byte[] text = new byte[2 * one.length + 1];
            System.arraycopy(one, 0, text, 0, one.length);
            text[one.length] = 'x';
            System.arraycopy(one, 0, text, one.length + 1, one.length);
            boolean white = WHITE.contains(codePoint);
            int start = Whitespace.stripStart(text, 0, text.length);
            int end = Whitespace.stripEnd(text, 0, text.length);
            if (start != (white ? one.length : 0) || end != (white ? one.length + 1 : text.length)) {
                throw new AssertionError("U+%04X: stripped to %d..%d".formatted(codePoint, start, end));
            }
        }
    }

    @Test
    void a_line_of_white_space_is_stripped_to_nothing_from_either_end() {
        StringBuilder all = new StringBuilder();
        WHITE.forEach(all::appendCodePoint);
        byte[] text = all.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(Whitespace.stripStart(text, 0, text.length)).isEqualTo(text.length);
        assertThat(Whitespace.stripEnd(text, 0, text.length)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x85, 0xa0, 0x1680, 0x2000, 0x2028, 0x205f, 0x3000})
    void half_a_white_space_character_is_none(int codePoint) {
        byte[] whole = utf8(codePoint);
        byte[] half = Arrays.copyOf(whole, whole.length - 1);
        assertThat(Whitespace.lengthAt(half, 0, half.length)).isZero();
        assertThat(Whitespace.lengthAt(whole, 0, half.length))
                .as("cut by the end")
                .isZero();
        assertThat(Whitespace.stripEnd(whole, 1, whole.length))
                .as("cut by the start")
                .isEqualTo(whole.length);
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static byte[] utf8(int codePoint) {
        return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
    }
}
