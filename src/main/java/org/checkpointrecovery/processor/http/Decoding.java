package org.checkpointrecovery.processor.http;

import java.util.Map;

/** A way in which text is escaped within other text. */
enum Decoding {
    /** A backslash and one of JSON's letters, or 4 (after u) or 2 (after x) hexadecimal digits. */
    JSON('\\') {
        private static final Map<Character, Character> CONTROLS =
                Map.of('b', '\b', 'f', '\f', 'n', '\n', 'r', '\r', 't', '\t');

        @Override
        long at(CharSequence text, int at) {
            if (at + 1 >= text.length()) {
                return CUT;
            }
            char kind = text.charAt(at + 1);
            if (kind == 'u' || kind == 'x') {
                return number(text, at + 2, kind == 'u' ? 4 : 2, 16, at);
            }
            return found(CONTROLS.getOrDefault(kind, kind), 2);
        }
    },
    /** {@code %2F}. */
    URL('%') {
        @Override
        long at(CharSequence text, int at) {
            return number(text, at + 1, 2, 16, at);
        }
    },
    /** An ampersand, a name or a number (after #, hexadecimal after #x), and a semicolon. */
    HTML('&') {
        private static final Map<String, Character> NAMES = Map.of(
                "quot", '"', "amp", '&', "lt", '<', "gt", '>', "apos", '\'', "sol", '/', "plus", '+', "equals", '=',
                "colon", ':', "bsol", '\\');
        private static final int LONGEST = 10;

        @Override
        long at(CharSequence text, int at) {
            int end = at + 1;
            while (end < text.length() && end - at <= LONGEST && text.charAt(end) != ';') {
                end++;
            }
            if (end == text.length()) {
                return CUT;
            }
            if (text.charAt(end) != ';') {
                return NONE;
            }
            String name = text.subSequence(at + 1, end).toString();
            if (!name.startsWith("#")) {
                Character named = NAMES.get(name);
                return named == null ? NONE : found(named, end + 1 - at);
            }
            boolean hexadecimal = name.length() > 1 && (name.charAt(1) == 'x' || name.charAt(1) == 'X');
            int digits = at + (hexadecimal ? 3 : 2);
            long number = digits == end ? NONE : number(text, digits, end - digits, hexadecimal ? 16 : 10, at);
            return number < 0 ? number : found((char) number, end + 1 - at);
        }
    };

    /** Result of {@link #at} if nothing is escaped. */
    static final long NONE = -1;

    /** Result of {@link #at} if the text ends within an escape. */
    static final long CUT = -2;

    private final char sign;

    /** @param sign the first character of an escape */
    Decoding(char sign) {
        this.sign = sign;
    }

    char sign() {
        return sign;
    }

    boolean occursIn(String text) {
        return text.indexOf(sign) >= 0;
    }

    /**
     * Decodes the escape at a position that has the {@link #sign}: the character in the lower 16 bits, and above them
     * the length of the escape; or {@link #NONE} or {@link #CUT}.
     */
    abstract long at(CharSequence text, int at);

    private static long found(char character, int length) {
        return (long) length << 16 | character;
    }

    private static long number(CharSequence text, int from, int digits, int radix, int start) {
        int value = 0;
        for (int at = from; at < from + digits; at++) {
            if (at >= text.length()) {
                return CUT;
            }
            int digit = Character.digit(text.charAt(at), radix);
            if (digit < 0) {
                return NONE;
            }
            value = value * radix + digit;
        }
        return found((char) value, from + digits - start);
    }
}
