package org.checkpointrecovery.item;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A growable byte array for writing JSON in UTF-8. It is reused for many items, so that a result needs no object of its
 * own. Not thread-safe.
 *
 * <p>Strings are escaped as little as RFC 8259 (section 7) allows: quotation mark, reverse solidus and U+0000 to U+001F.
 */
public final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** 00 to 99. */
    private static final byte[] PAIRS = new byte[200];

    /** For a byte that must be escaped, the letter after the reverse solidus; u means {@code \}{@code u00xx}. */
    private static final byte[] ESCAPE = new byte['\\' + 1];

    static {
        for (int i = 0; i < 100; i++) {
            PAIRS[2 * i] = (byte) ('0' + i / 10);
            PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
        }
        Arrays.fill(ESCAPE, 0, 0x20, (byte) 'u');
        ESCAPE['"'] = '"';
        ESCAPE['\\'] = '\\';
        ESCAPE['\b'] = 'b';
        ESCAPE['\f'] = 'f';
        ESCAPE['\n'] = 'n';
        ESCAPE['\r'] = 'r';
        ESCAPE['\t'] = 't';
    }

    private byte[] bytes;
    private int length;

    public JsonBytes(int capacity) {
        bytes = new byte[capacity];
    }

    /** Returns the array with the text, up to {@link #length}. The next append may replace it. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Returns how many bytes fit without growing. */
    public int capacity() {
        return bytes.length;
    }

    public void clear() {
        length = 0;
    }

    /** Truncates the text to {@code newLength}. */
    public void cutBack(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("cannot cut " + length + " bytes back to " + newLength);
        }
        length = newLength;
    }

    /** Makes room for {@code count} more bytes. */
    public void reserve(int count) {
        int needed = Math.addExact(length, count);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(Integer.MAX_VALUE - 8, bytes.length * 2L)));
        }
    }

    /** Appends the bytes unchanged. */
    public JsonBytes raw(byte[] source, int start, int end) {
        reserve(end - start);
        System.arraycopy(source, start, bytes, length, end - start);
        length += end - start;
        return this;
    }

    /** Appends the bytes unchanged. */
    public JsonBytes raw(byte[] source) {
        return raw(source, 0, source.length);
    }

    /** Appends one byte unchanged. */
    public JsonBytes raw(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** Appends one character in UTF-8, unescaped. */
    public JsonBytes character(int codePoint) {
        reserve(4);
        if (codePoint < 0x80) {
            bytes[length++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            bytes[length++] = (byte) (0xc0 | codePoint >> 6);
            bytes[length++] = (byte) (0x80 | (codePoint & 0x3f));
        } else if (codePoint < 0x10000) {
            bytes[length++] = (byte) (0xe0 | codePoint >> 12);
            bytes[length++] = (byte) (0x80 | (codePoint >> 6 & 0x3f));
            bytes[length++] = (byte) (0x80 | (codePoint & 0x3f));
        } else {
            bytes[length++] = (byte) (0xf0 | codePoint >> 18);
            bytes[length++] = (byte) (0x80 | (codePoint >> 12 & 0x3f));
            bytes[length++] = (byte) (0x80 | (codePoint >> 6 & 0x3f));
            bytes[length++] = (byte) (0x80 | (codePoint & 0x3f));
        }
        return this;
    }

    /** Adds {@code count} bytes that the caller has written to {@link #array} after {@link #length}. */
    public void appended(int count) {
        length += Objects.checkIndex(count, bytes.length - length + 1);
    }

    /** Appends a whole number in decimal. */
    public JsonBytes number(long value) {
        if (value < 0) {
            return raw(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
        }
        reserve(19);
        int digits = 1;
        for (long bound = 10; digits < 19 && value >= bound; bound *= 10) {
            digits++;
        }
        int at = length + digits;
        long rest = value;
        for (; rest >= 100; rest /= 100) {
            int pair = 2 * (int) (rest % 100);
            bytes[--at] = PAIRS[pair + 1];
            bytes[--at] = PAIRS[pair];
        }
        bytes[--at] = PAIRS[2 * (int) rest + 1];
        if (rest >= 10) {
            bytes[--at] = PAIRS[2 * (int) rest];
        }
        length += digits;
        return this;
    }

    /** Appends a JSON string, with its quotation marks. */
    public JsonBytes string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return string(utf8, 0, utf8.length);
    }

    /** Appends a JSON string, with its quotation marks, of UTF-8 text. */
    public JsonBytes string(byte[] utf8, int start, int end) {
        return raw('"').escaped(utf8, start, end).raw('"');
    }

    /** Appends UTF-8 text escaped for a JSON string, without quotation marks. */
    public JsonBytes escaped(byte[] utf8, int start, int end) {
        reserve(end - start);
        int plain = start;
        int at = start;
        while (at < end) {
            long eight = at <= end - 8 ? EightBytes.get(utf8, at) : EightBytes.getLast(utf8, at, end);
            long escaped = EightBytes.escaped(eight);
            if (escaped == 0) {
                at += 8;
            } else {
                at += EightBytes.first(escaped);
                raw(utf8, plain, at);
                escape(utf8[at]);
                at++;
                plain = at;
            }
        }
        return raw(utf8, plain, end);
    }

    private void escape(byte value) {
        reserve(6);
        byte letter = ESCAPE[value];
        bytes[length++] = '\\';
        bytes[length++] = letter;
        if (letter == 'u') {
            bytes[length++] = '0';
            bytes[length++] = '0';
            bytes[length++] = HEX[value >> 4];
            bytes[length++] = HEX[value & 0xf];
        }
    }
}
