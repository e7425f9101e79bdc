package org.checkpointrecovery.processor.http;

/** An unescaped text, with the original position of each character. */
final class Decoded implements CharSequence {
    private final char[] characters;
    private final int[] starts;
    private final int[] ends;
    private int length;

    private Decoded(int max) {
        characters = new char[max];
        starts = new int[max];
        ends = new int[max];
    }

    static Decoded plain(String text) {
        Decoded plain = new Decoded(text.length());
        for (int at = 0; at < text.length(); at++) {
            plain.add(text.charAt(at), at, at + 1);
        }
        return plain;
    }

    private void add(char character, int start, int end) {
        characters[length] = character;
        starts[length] = start;
        ends[length] = end;
        length++;
    }

    boolean has(Decoding decoding) {
        return has(decoding.sign());
    }

    private boolean has(char character) {
        for (int at = 0; at < length; at++) {
            if (characters[at] == character) {
                return true;
            }
        }
        return false;
    }

    /** Removes the escapes of a kind. An escape cut off by the end of the text is dropped. */
    Decoded decoded(Decoding decoding) {
        Decoded decoded = new Decoded(length);
        for (int at = 0; at < length; ) {
            long found = characters[at] == decoding.sign() ? decoding.at(this, at) : Decoding.NONE;
            if (found == Decoding.CUT) {
                break;
            }
            int taken = found == Decoding.NONE ? 1 : (int) (found >> 16);
            char character = found == Decoding.NONE ? characters[at] : (char) found;
            decoded.add(character, starts[at], ends[at + taken - 1]);
            at += taken;
        }
        return decoded;
    }

    boolean hasLineBreaks() {
        return has('\n') || has('\r');
    }

    /** Removes line breaks and the white space around them. */
    Decoded withoutLineBreaks() {
        Decoded joined = new Decoded(length);
        for (int at = 0; at < length; ) {
            int end = at;
            boolean breaks = false;
            while (end < length && isSpace(characters[end])) {
                breaks |= characters[end] == '\n' || characters[end] == '\r';
                end++;
            }
            if (!breaks) {
                end = Math.max(end, at + 1);
                for (int kept = at; kept < end; kept++) {
                    joined.add(characters[kept], starts[kept], ends[kept]);
                }
            }
            at = end;
        }
        return joined;
    }

    private static boolean isSpace(char character) {
        return character == ' ' || character == '\t' || character == '\n' || character == '\r';
    }

    /** Returns the start of a character in the original. */
    int start(int at) {
        return starts[at];
    }

    /** Returns the end of a character in the original, exclusive. */
    int end(int at) {
        return ends[at];
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int at) {
        return characters[at];
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new String(characters, from, to - from);
    }

    @Override
    public String toString() {
        return new String(characters, 0, length);
    }
}
