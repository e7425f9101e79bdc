package org.checkpointrecovery.coding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.checkpointrecovery.job.TextEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TranscoderTest {
    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    private static String decoded(TextEncoding encoding, byte[] bytes, Random pieces) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Transcoder transcoder = new Transcoder(encoding, (utf8, count) -> text.write(utf8, 0, count));
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + 1 + pieces.nextInt(pieces.nextBoolean() ? 4 : 100_000));
            transcoder.feed(bytes, at, end);
            at = end;
        }
        transcoder.end();
        return text.toString(StandardCharsets.UTF_8);
    }

    private static String text(Random random, TextEncoding encoding, int length) {
        StringBuilder text = new StringBuilder("some words ");
        for (int i = 0; i < length; i++) {
            int kind = random.nextInt(4);
            boolean narrow = encoding == TextEncoding.ISO_8859_1 || encoding == TextEncoding.WINDOWS_1252;
            if (kind == 0 || narrow) {
                text.append((char) (narrow && kind == 1 ? 0xa0 + random.nextInt(96) : 32 + random.nextInt(90)));
            } else if (kind == 1) {
                text.append((char) (0x400 + random.nextInt(200)));
            } else if (kind == 2) {
                text.append((char) (0x4e00 + random.nextInt(500)));
            } else {
                text.appendCodePoint(0x1f600 + random.nextInt(60));
            }
        }
        return text.append('\n').toString();
    }

    @ParameterizedTest
    @EnumSource
    void text_is_the_same_in_whatever_pieces_it_comes(TextEncoding encoding) throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            String text = text(random, encoding, round < 50 ? random.nextInt(300) : 40_000 + random.nextInt(40_000));
            byte[] bytes = text.getBytes(Charset.forName(encoding.text()));
            assertThat(decoded(encoding, bytes, random)).isEqualTo(text);
            try (InputStream stream = new TranscodedStream(new ByteArrayInputStream(bytes), encoding)) {
                assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothing_is_nothing(TextEncoding encoding) throws IOException {
        assertThat(decoded(encoding, new byte[0], new Random(1))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "UTF_16LE, fffe 6100 0a00",
        "UTF_16BE, feff 0061 000a",
        "UTF_16, fffe 6100 0a00",
        "UTF_16, feff 0061 000a",
    })
    void the_byte_order_mark_is_left_out(TextEncoding encoding, String bytes) throws IOException {
        assertThat(decoded(encoding, hex(bytes), new Random(1))).isEqualTo("a\n");
    }

    @ParameterizedTest
    @CsvSource({
        "UTF_16LE, 6100 6200 3dd8 6300, byte 4",
        "UTF_16LE, 6100 6200 00de 6300, byte 4",
        "UTF_16BE, 0061 0062 d83d, byte 4",
        "UTF_16LE, 6100 6200 63, byte 4",
        "UTF_16BE, 0061 0062 00, byte 4",
        "WINDOWS_1252, 61 62 81, byte 2",
        "WINDOWS_1252, 61 62 63 64 9d 65, byte 4",
        "UTF_16, 6100 6200, byte-order mark",
        "UTF_16, 61, byte-order mark",
        "UTF_16LE, feff 0061, UTF-16BE",
        "UTF_16BE, fffe 6100, UTF-16LE",
        "WINDOWS_1252, fffe 6100, UTF-16LE",
        "ISO_8859_1, efbbbf 61, UTF-8",
        "UTF_16LE, fffe 0000 6100 0000, UTF-32LE",
    })
    void bytes_that_are_no_text_are_refused_with_their_place(TextEncoding encoding, String bytes, String where) {
        Random random = new Random(3);
        for (int round = 0; round < 10; round++) {
            assertThatThrownBy(() -> decoded(encoding, hex(bytes), random))
                    .isInstanceOf(WrongEncodingException.class)
                    .hasMessageContaining(where);
        }
    }

    @Test
    void the_place_of_bad_bytes_is_told_far_into_a_file_too() {
        byte[] bytes = new byte[300_001];
        Arrays.fill(bytes, (byte) 'a');
        bytes[200_017] = (byte) 0x8d;
        assertThatThrownBy(() -> decoded(TextEncoding.WINDOWS_1252, bytes, new Random(5)))
                .hasMessageContaining("byte 200017 (8D) is not a character in windows-1252");
    }
}
