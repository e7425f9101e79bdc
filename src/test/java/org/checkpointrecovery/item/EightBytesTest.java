package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class EightBytesTest {
    @Test
    void every_byte_at_every_place_is_answered_for_alone_whatever_stands_beside_it() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[8];
        for (int round = 0; round < 20; round++) {
            for (int place = 0; place < 8; place++) {
                for (int value = 0; value < 256; value++) {
                    random.nextBytes(bytes);
                    bytes[place] = (byte) value;
                    String what = "seed %d, 0x%02x at %d".formatted(seed, value, place);
                    check(what, bytes, EightBytes::notAscii, b -> b >= 0x80);
                    check(what, bytes, EightBytes::notWhite, b -> b >= 0x80 || !Whitespace.isAscii(b));
                    check(what, bytes, EightBytes::escaped, b -> b < 0x20 || b == '"' || b == '\\');
                    checkUpper(what, bytes);
                }
            }
        }
    }

    @Test
    void the_last_bytes_are_followed_by_spaces_wherever_the_array_ends() {
        byte[] text = "0123456789".getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at <= text.length; at++) {
            for (int end = at; end <= Math.min(text.length, at + 7); end++) {
                String expected = "%-8s".formatted(new String(text, at, end - at, StandardCharsets.US_ASCII));
                assertThat(text(EightBytes.getLast(text, at, end)))
                        .as("%d to %d", at, end)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void first_is_the_place_of_the_first_byte_with_an_answer() {
        assertThat(EightBytes.first(0x80L)).isZero();
        assertThat(EightBytes.first(0x8000_0000_0080_0000L)).isEqualTo(2);
        assertThat(EightBytes.first(0x8000_0000_0000_0000L)).isEqualTo(7);
    }

    private static void check(String what, byte[] bytes, LongUnaryOperator question, IntPredicate expected) {
        long answer = question.applyAsLong(EightBytes.get(bytes, 0));
        for (int i = 0; i < 8; i++) {
            long one = (answer >>> (8 * i)) & 0xff;
            if (one != (expected.test(bytes[i] & 0xff) ? 0x80 : 0)) {
                throw new AssertionError("%s: byte 0x%02x is answered 0x%02x".formatted(what, bytes[i], one));
            }
        }
    }

    private static void checkUpper(String what, byte[] bytes) {
        byte[] upper = new byte[8];
        EightBytes.put(upper, 0, EightBytes.upper(EightBytes.get(bytes, 0)));
        for (int i = 0; i < 8; i++) {
            byte expected = bytes[i] >= 'a' && bytes[i] <= 'z' ? (byte) (bytes[i] - 32) : bytes[i];
            assertThat(upper[i]).as(what).isEqualTo(expected);
        }
    }

    private static String text(long eight) {
        byte[] bytes = new byte[8];
        EightBytes.put(bytes, 0, eight);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
