package org.checkpointrecovery.coding;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Locale;
import org.checkpointrecovery.job.Compression;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.TextEncoding;
import org.jspecify.annotations.Nullable;

/**
 * Detects how to decode a file to UTF-8 text, and decodes it. UTF-8 text never starts like a compressed file, so the
 * first bytes decide, whatever the file's name.
 */
public final class Decoders {
    /** Maximum bytes at the start of a file that are inspected. */
    public static final int START_BYTES = Signs.BYTES;

    private Decoders() {}

    /**
     * Detects how to decode a file.
     *
     * @param start its first bytes: {@link #START_BYTES} of them, or all that it has
     * @param name of the file, whose ending may indicate a compressed file
     * @param encoding of the text, according to the client
     * @throws UndecodableException if it is not text in that encoding, or does not match its name; the message says what to do
     */
    public static Decoding find(byte[] start, String name, TextEncoding encoding) throws UndecodableException {
        Signs signs = new Signs(start);
        Compression compression = signs.compression();
        Compression promised = byName(name);
        if (promised != null && compression != promised) {
            throw new UndecodableException("it is not " + promised.text() + ", but its name ends in "
                    + promised.ending() + "; if it is not compressed, rename it");
        }
        if (compression == Compression.ZSTD && !ZstdDecoder.isAvailable()) {
            throw new UndecodableException(
                    "it is zstd, which cannot be decoded in this Java; compress it with gzip, or start Java with "
                            + "--sun-misc-unsafe-memory-access=allow");
        }
        if (compression == null) {
            refuseOther(signs, encoding);
        }
        return new Decoding(compression, encoding);
    }

    private static @Nullable Compression byName(String name) {
        for (Compression compression : Compression.values()) {
            if (name.toLowerCase(Locale.ROOT).endsWith(compression.ending())) {
                return compression;
            }
        }
        return null;
    }

    /** Decodes a file to UTF-8. Invalid content throws an {@link UndecodableException}. */
    public static InputStream decode(InputStream file, Decoding decoding) throws IOException {
        InputStream text = file;
        Compression compression = decoding.compression();
        if (compression != null) {
            text = switch (compression) {
                case GZIP -> new DecodedStream(file, GzipMembers::new);
                case ZSTD -> new DecodedStream(file, ZstdDecoder::decoded);
            };
            byte[] start = text.readNBytes(START_BYTES);
            refuseOther(new Signs(start), decoding.encoding());
            text = new SequenceInputStream(new ByteArrayInputStream(start), text);
        }
        return decode(text, decoding.encoding());
    }

    /** Refuses a file whose start is not text in the encoding. */
    private static void refuseOther(Signs signs, TextEncoding encoding) throws UndecodableException {
        String format = signs.compression() != null ? "compressed twice" : signs.otherFormat();
        if (format != null) {
            throw new UndecodableException("it is " + format + ", not text; extract or export the text first");
        }
        refuseOtherEncoding(signs, encoding);
    }

    /** Refuses text whose byte-order mark is that of another encoding. */
    static void refuseOtherMark(byte[] start, TextEncoding encoding) throws WrongEncodingException {
        refuseOtherEncoding(new Signs(start), encoding);
    }

    private static void refuseOtherEncoding(Signs signs, TextEncoding encoding) throws WrongEncodingException {
        String wide = signs.wideEncoding();
        boolean isWide = switch (encoding) {
            case UTF_16, UTF_16LE, UTF_16BE -> true;
            case UTF_8, WINDOWS_1252, ISO_8859_1 -> false;
        };
        if (wide != null && !(isWide && wide.startsWith(encoding.text()))) {
            throw new WrongEncodingException("it is " + wide + " text, not " + encoding.text()
                    + "; convert it (iconv -f " + wide + " -t UTF-8 in.txt > out.txt)" + otherWay(wide));
        }
        if (signs.hasUtf8Mark() && encoding != TextEncoding.UTF_8) {
            throw new WrongEncodingException(
                    "it starts with a UTF-8 byte-order mark, so it is not " + encoding.text() + "; omit the encoding");
        }
    }

    private static String otherWay(String wide) {
        return TextEncoding.of(wide)
                .map(known -> ", or set its encoding (\"encoding\": \"" + known.text() + "\"; run --encoding "
                        + known.text() + ")")
                .orElse("");
    }

    /** Converts text to UTF-8. Text in another encoding throws a {@link WrongEncodingException}. */
    public static InputStream decode(InputStream text, TextEncoding encoding) {
        return encoding == TextEncoding.UTF_8 ? text : new TranscodedStream(text, encoding);
    }
}
