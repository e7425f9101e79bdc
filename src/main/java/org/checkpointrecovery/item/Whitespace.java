package org.checkpointrecovery.item;

/**
 * White space in UTF-8, as Python's {@code str.strip} and {@code str.split} define it: the characters of Unicode's White_Space
 * property, and U+001C to U+001F. The list is Unicode 14's and has not changed since Unicode 6.3.
 */
public final class Whitespace {
    private Whitespace() {}

    /** Whether the ASCII character is white space. */
    public static boolean isAscii(int character) {
        return character == ' ' || (character >= 0x09 && character <= 0x0d) || (character >= 0x1c && character <= 0x1f);
    }

    /** Returns the length in bytes, 1 to 3, of the white space character at {@code at}; 0 if there is none. */
    public static int lengthAt(byte[] utf8, int at, int end) {
        int first = utf8[at];
        if (first >= 0) {
            return isAscii(first) ? 1 : 0;
        }
        if (at + 1 < end && isTwoBytes(first, utf8[at + 1])) {
            return 2;
        }
        return at + 2 < end && isThreeBytes(first, utf8[at + 1], utf8[at + 2]) ? 3 : 0;
    }

    /** Returns the start of the text after leading white space; {@code end} if there is no text. */
    public static int stripStart(byte[] utf8, int start, int end) {
        int at = start;
        while (at < end) {
            int length = lengthAt(utf8, at, end);
            if (length == 0) {
                return at;
            }
            at += length;
        }
        return at;
    }

    /** Returns the end of the text before trailing white space; {@code start} if there is no text. */
    public static int stripEnd(byte[] utf8, int start, int end) {
        int at = end;
        while (at > start) {
            int last = utf8[at - 1];
            if (last >= 0) {
                if (!isAscii(last)) {
                    return at;
                }
                at--;
            } else if (at - 2 >= start && isTwoBytes(utf8[at - 2], last)) {
                at -= 2;
            } else if (at - 3 >= start && isThreeBytes(utf8[at - 3], utf8[at - 2], last)) {
                at -= 3;
            } else {
                return at;
            }
        }
        return at;
    }

    /** U+0085, U+00A0. */
    private static boolean isTwoBytes(int first, int second) {
        return first == (byte) 0xc2 && (second == (byte) 0x85 || second == (byte) 0xa0);
    }

    /** U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000. */
    private static boolean isThreeBytes(int first, int second, int third) {
        return switch (first) {
            case (byte) 0xe1 -> second == (byte) 0x9a && third == (byte) 0x80;
            case (byte) 0xe2 ->
                (second == (byte) 0x80 && isThirdByte(third)) || (second == (byte) 0x81 && third == (byte) 0x9f);
            case (byte) 0xe3 -> second == (byte) 0x80 && third == (byte) 0x80;
            default -> false;
        };
    }

    /** After E2 80. The bytes from 0x80 are negative. */
    private static boolean isThirdByte(int third) {
        return third <= (byte) 0x8a || third == (byte) 0xa8 || third == (byte) 0xa9 || third == (byte) 0xaf;
    }
}
