package org.checkpointrecovery.processor;

import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The same results as {@link TextStats}, written for the reader: what the fast one is compared with. */
public final class PlainTextStats {
    private static final String WHITE =
            "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
                    + "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private static final Map<Integer, String> UPPER = upperOfUnicode14();

    private PlainTextStats() {}

    public static String of(long index, String text) {
        int words = 0;
        boolean inWord = false;
        StringBuilder upper = new StringBuilder();
        for (int codePoint : text.codePoints().toArray()) {
            boolean white = WHITE.indexOf(codePoint) >= 0;
            if (!white && !inWord) {
                words++;
            }
            inWord = !white;
            upper.append(UPPER.getOrDefault(codePoint, Character.toString(codePoint)));
        }
        return "{\"index\":" + index + ",\"original\":" + json(text) + ",\"length\":"
                + text.codePointCount(0, text.length()) + ",\"word_count\":" + words + ",\"uppercase\":"
                + json(upper.toString()) + "}";
    }

    private static String json(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> json.append(c < 0x20 ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return json.append('"').toString();
    }

    private static Map<Integer, String> upperOfUnicode14() {
        Map<Integer, String> upper = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                requireNonNull(PlainTextStats.class.getResourceAsStream("upper-unicode14.txt")),
                StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] codePoints = line.split(" ", -1);
                    StringBuilder to = new StringBuilder();
                    for (int i = 1; i < codePoints.length; i++) {
                        to.appendCodePoint(Integer.parseInt(codePoints[i], 16));
                    }
                    upper.put(Integer.parseInt(codePoints[0], 16), to.toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return upper;
    }
}
