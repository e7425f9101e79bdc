package org.checkpointrecovery.coding;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.checkpointrecovery.job.TextEncoding;
import org.jspecify.annotations.Nullable;

/**
 * Converts text of another encoding to UTF-8 in pieces, with a fixed amount of memory. Invalid bytes throw a
 * {@link WrongEncodingException} with their position; nothing is replaced. The byte-order mark of UTF-16 is dropped.
 * Used by one thread.
 */
public final class Transcoder {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int MARK_BYTES = 4;
    private static final char BYTE_ORDER_MARK = '\ufeff';
    private static final char MARK_OF_OTHER_ORDER = '\ufffe';

    private final TextEncoding encoding;
    private final Sink sink;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
    private final CharBuffer out = CharBuffer.allocate(BUFFER_BYTES);
    private @Nullable CharsetDecoder decoder;
    private boolean anyText;
    /** Number of bytes decoded before those in {@link #in}. */
    private long before;

    /** Receives the text. */
    public interface Sink {
        void take(byte[] utf8, int count) throws IOException;
    }

    public Transcoder(TextEncoding encoding, Sink sink) {
        this.encoding = encoding;
        this.sink = sink;
    }

    /** Decodes the next bytes of the file. */
    public void feed(byte[] bytes, int start, int end) throws IOException {
        for (int at = start; at < end; ) {
            int count = Math.min(end - at, in.remaining());
            in.put(bytes, at, count);
            at += count;
            decode(false);
        }
    }

    /** Marks the end of the file. */
    public void end() throws IOException {
        decode(true);
    }

    private void decode(boolean atEnd) throws IOException {
        in.flip();
        if (decoder == null) {
            if (in.remaining() < MARK_BYTES && !atEnd) {
                in.compact();
                return;
            }
            Decoders.refuseOtherMark(Arrays.copyOf(in.array(), Math.min(in.remaining(), MARK_BYTES)), encoding);
            decoder = charset()
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
        }
        CoderResult result;
        do {
            result = decoder.decode(in, out, atEnd);
            if (!result.isError() && result.isUnderflow() && atEnd) {
                result = decoder.flush(out);
            }
            handOut();
            if (result.isError()) {
                throw bad(result.length());
            }
        } while (result.isOverflow());
        if (atEnd && in.hasRemaining()) {
            throw bad(in.remaining());
        }
        before += in.position();
        in.compact();
    }

    private Charset charset() throws WrongEncodingException {
        return switch (encoding) {
            case UTF_8 -> StandardCharsets.UTF_8;
            case UTF_16 -> byMark();
            case UTF_16LE -> StandardCharsets.UTF_16LE;
            case UTF_16BE -> StandardCharsets.UTF_16BE;
            case WINDOWS_1252 -> Charset.forName("windows-1252");
            case ISO_8859_1 -> StandardCharsets.ISO_8859_1;
        };
    }

    private Charset byMark() throws WrongEncodingException {
        if (in.remaining() == 0) {
            return StandardCharsets.UTF_16BE;
        }
        int mark = in.remaining() < 2 ? 0 : in.getChar(0);
        return switch (mark) {
            case BYTE_ORDER_MARK -> StandardCharsets.UTF_16BE;
            case MARK_OF_OTHER_ORDER -> StandardCharsets.UTF_16LE;
            default ->
                throw new WrongEncodingException("it has no byte-order mark; set the encoding to UTF-16LE or UTF-16BE");
        };
    }

    private void handOut() throws IOException {
        out.flip();
        if (!anyText && out.hasRemaining()) {
            anyText = true;
            if (out.get(0) == BYTE_ORDER_MARK) { // cannot occur in a single-byte encoding
                out.get();
            }
        }
        byte[] utf8 = out.toString().getBytes(StandardCharsets.UTF_8);
        out.clear();
        sink.take(utf8, utf8.length);
    }

    private WrongEncodingException bad(int bytes) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < bytes && in.position() + i < in.limit(); i++) {
            hex.append(i == 0 ? "" : " ").append(HEX.toHexDigits(in.get(in.position() + i)));
        }
        return new WrongEncodingException(
                "byte " + (before + in.position()) + " (" + hex + ") is not a character in " + encoding.text());
    }
}
