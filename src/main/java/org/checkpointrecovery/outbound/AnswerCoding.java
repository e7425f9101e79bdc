package org.checkpointrecovery.outbound;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Decodes responses that have a {@code Content-Encoding} although none was requested. */
final class AnswerCoding {
    private static final int ZLIB_METHOD = 8;

    private AnswerCoding() {}

    /** The response has an unknown coding. */
    static final class UnknownException extends IOException {
        UnknownException(String coding) {
            super(coding);
        }
    }

    /** The body does not match its {@code Content-Encoding}. */
    static final class DamagedException extends IOException {
        DamagedException(IOException cause) {
            super(cause);
        }
    }

    /** The response exceeds its maximum size. */
    static final class TooLargeException extends IOException {}

    /**
     * Returns the decoded bytes.
     *
     * @param header {@code Content-Encoding}, or null
     * @param max the maximum decoded size
     * @param whole whether the body is complete; of an incomplete one, as much as possible is decoded
     */
    static byte[] decode(byte[] body, @Nullable String header, int max, boolean whole) throws IOException {
        List<String> codings = codings(header);
        if (codings.isEmpty()) {
            return body;
        }
        try {
            InputStream decoded = new ByteArrayInputStream(body);
            for (int last = codings.size() - 1; last >= 0; last--) {
                decoded = decoder(codings.get(last), decoded);
            }
            return readAll(decoded, max, whole);
        } catch (ZipException | EOFException e) {
            throw new DamagedException(e);
        }
    }

    private static List<String> codings(@Nullable String header) {
        List<String> codings = new ArrayList<>();
        for (String coding : (header == null ? "" : header).split(",", -1)) {
            String name = coding.strip().toLowerCase(Locale.ROOT);
            if (!name.isEmpty() && !name.equals("identity")) {
                codings.add(name);
            }
        }
        return codings;
    }

    private static InputStream decoder(String coding, InputStream coded) throws IOException {
        return switch (coding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(coded);
            case "deflate" -> inflater(coded);
            default -> throw new UnknownException(coding);
        };
    }

    /**
     * RFC 9110, section 8.4.1.2: "Some non-conformant implementations send the deflate compressed data without the zlib
     * wrapper."
     */
    private static InputStream inflater(InputStream coded) throws IOException {
        PushbackInputStream peeked = new PushbackInputStream(coded);
        int first = peeked.read();
        if (first >= 0) {
            peeked.unread(first);
        }
        boolean wrapped = (first & 0x0f) == ZLIB_METHOD;
        return new InflaterInputStream(peeked, new Inflater(!wrapped));
    }

    private static byte[] readAll(InputStream decoded, int max, boolean whole) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8 * 1024];
        try (decoded) {
            for (int count = decoded.read(buffer); count >= 0; count = decoded.read(buffer)) {
                all.write(buffer, 0, Math.min(count, max - all.size() + 1));
                if (all.size() > max) {
                    throw new TooLargeException();
                }
            }
        } catch (IOException e) {
            if (whole) {
                throw e;
            }
        }
        return all.toByteArray();
    }
}
