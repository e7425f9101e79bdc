package org.checkpointrecovery.processor;

/** UTF-8 according to RFC 3629: no surrogates, nothing above U+10FFFF, shortest forms only. */
final class Utf8 {
    private Utf8() {}

    /** Decodes the code point at {@code at}; -1 if it is malformed. */
    static int decode(byte[] text, int at, int end) {
        int first = text[at];
        if (first >= 0) {
            return first;
        }
        if (first < (byte) 0xe0) {
            return first < (byte) 0xc2 || !follow(text, at, end, 1) ? -1 : (first & 0x1f) << 6 | (text[at + 1] & 0x3f);
        }
        if (first < (byte) 0xf0) {
            return follow(text, at, end, 2) ? threeBytes(first, text[at + 1], text[at + 2]) : -1;
        }
        return follow(text, at, end, 3) ? fourBytes(first, text[at + 1], text[at + 2], text[at + 3]) : -1;
    }

    /** Returns the length of a code point in bytes. */
    static int lengthOf(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }

    private static int threeBytes(int first, int second, int third) {
        int codePoint = (first & 0xf) << 12 | (second & 0x3f) << 6 | (third & 0x3f);
        return codePoint < 0x800 || (codePoint >= 0xd800 && codePoint < 0xe000) ? -1 : codePoint;
    }

    private static int fourBytes(int first, int second, int third, int fourth) {
        int codePoint = (first & 0xf) << 18 | (second & 0x3f) << 12 | (third & 0x3f) << 6 | (fourth & 0x3f);
        return codePoint < 0x10000 || codePoint > 0x10ffff ? -1 : codePoint;
    }

    /** Whether {@code count} bytes of the form 10xxxxxx follow. */
    private static boolean follow(byte[] text, int at, int end, int count) {
        if (end - at <= count) {
            return false;
        }
        return text[at + 1] < (byte) 0xc0
                && (count < 2 || text[at + 2] < (byte) 0xc0)
                && (count < 3 || text[at + 3] < (byte) 0xc0);
    }
}
