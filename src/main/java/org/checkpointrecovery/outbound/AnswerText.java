package org.checkpointrecovery.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decodes the text of a response body. Undecodable bytes show as U+FFFD. */
public final class AnswerText {
    private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=\\s*\"?([^\\s;\"]+)\"?");

    private AnswerText() {}

    public static String of(byte[] body, @Nullable String contentType) {
        String text = new String(body, charset(contentType));
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private static Charset charset(@Nullable String contentType) {
        Matcher matcher = CHARSET.matcher(contentType == null ? "" : contentType);
        if (!matcher.find()) {
            return UTF_8;
        }
        try {
            return Charset.forName(matcher.group(1).toUpperCase(Locale.ROOT));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return UTF_8;
        }
    }

    /** Returns the start of a text on one line, for a message: at most 200 characters, no control characters. */
    public static String excerpt(String text) {
        StringBuilder line = new StringBuilder();
        String clean = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        clean.codePoints().limit(200).forEach(line::appendCodePoint);
        return line.length() < clean.length() ? line + "…" : line.toString();
    }
}
