package org.checkpointrecovery.coding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.checkpointrecovery.job.Compression;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.TextEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodersTest {
    private static final String LONG = "id,name\n1,Ana\n2,Bob\n".repeat(4);

    private static byte[] start(byte[] file) {
        return Arrays.copyOf(file, Math.min(file.length, Decoders.START_BYTES));
    }

    private static Decoding find(byte[] file, String name, TextEncoding encoding) throws IOException {
        return Decoders.find(start(file), name, encoding);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(String charset, String text) {
        return text.getBytes(Charset.forName(charset));
    }

    @ParameterizedTest
    @CsvSource({"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void wide_encodings_are_refused_by_their_mark_or_their_nuls(String charset) throws IOException {
        String way = "iconv -f " + charset + " -t UTF-8 in.txt > out.txt";
        for (String text : new String[] {"\ufeffa", "\ufeff", "\ufeff\u4e00", LONG}) {
            assertThatThrownBy(() -> find(bytes(charset, text), "a.txt", TextEncoding.UTF_8))
                    .isInstanceOf(WrongEncodingException.class)
                    .hasMessageContaining("it is " + charset + " text, not UTF-8")
                    .hasMessageContaining(way);
            byte[] zipped = gzip(bytes(charset, text));
            assertThatThrownBy(() -> Decoders.decode(
                            new ByteArrayInputStream(zipped), new Decoding(Compression.GZIP, TextEncoding.UTF_8)))
                    .hasMessageContaining(way);
        }
        String shorter = LONG.substring(0, charset.startsWith("UTF-16") ? 31 : 15);
        assertThat(find(bytes(charset, shorter), "", TextEncoding.UTF_8)).isEqualTo(Decoding.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void an_encoding_that_is_given_is_taken(String charset) throws IOException {
        TextEncoding encoding = TextEncoding.of(charset).orElseThrow();
        for (String text : new String[] {"\ufeff" + LONG, LONG, ""}) {
            assertThat(find(bytes(charset, text), "", encoding)).isEqualTo(Decoding.from(encoding));
        }
        assertThatThrownBy(() -> find(bytes(charset, LONG), "", TextEncoding.WINDOWS_1252))
                .hasMessageContaining("it is " + charset + " text, not windows-1252");
    }

    @Test
    void other_bytes_are_left_alone() throws IOException {
        for (String text :
                new String[] {"", "a", "\0", "\0".repeat(100), "a\0b\0" + "c".repeat(100), "\ufeffa\n", LONG}) {
            assertThat(find(bytes("UTF-8", text), "a.txt", TextEncoding.UTF_8)).isEqualTo(Decoding.NONE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.gz", "a.GZ", "a", "a.txt", ".gz"})
    void gzip_is_known_by_its_first_bytes(String name) throws IOException {
        assertThat(find(gzip(bytes("UTF-8", LONG)), name, TextEncoding.UTF_8))
                .isEqualTo(new Decoding(Compression.GZIP, TextEncoding.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"a.gz, gzip", "a.zst, zstd", "A.ZST, zstd"})
    void a_name_that_promises_a_compressed_file_is_not_believed(String name, String format) {
        for (String text : new String[] {LONG, ""}) {
            assertThatThrownBy(() -> find(bytes("UTF-8", text), name, TextEncoding.UTF_8))
                    .hasMessageContaining("it is not " + format + ", but its name ends in");
        }
    }

    @Test
    void other_formats_are_refused_by_name() throws IOException {
        byte[] tar = new byte[600];
        System.arraycopy("ustar".getBytes(UTF_8), 0, tar, 257, 5);
        byte[][] files = {
            {'P', 'K', 3, 4, 20, 0},
            {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0},
            {'B', 'Z', 'h', '9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59},
            tar
        };
        String[] names = {"a ZIP archive", "an xz file", "a bzip2 file", "a tar archive"};
        for (int i = 0; i < files.length; i++) {
            byte[] file = files[i];
            String name = names[i];
            assertThatThrownBy(() -> find(file, "a.txt", TextEncoding.UTF_8)).hasMessageContaining(name);
        }
        byte[] twice = gzip(gzip(bytes("UTF-8", LONG)));
        assertThatThrownBy(() -> Decoders.decode(
                        new ByteArrayInputStream(twice), new Decoding(Compression.GZIP, TextEncoding.UTF_8)))
                .hasMessageContaining("compressed twice");
    }
}
