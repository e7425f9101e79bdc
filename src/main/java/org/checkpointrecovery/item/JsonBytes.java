package org.checkpointrecovery.item;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array of bytes that JSON is appended to, in UTF-8: one is reused for many items, so that a result costs no
 * object of its own. Not thread-safe.
 *
 * <p>Strings are escaped as little as RFC 8259 (section 7) allows: quotation mark, reverse solidus and U+0000 to U+001F.
 */
public final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** 0: the byte stands for itself; 'u': as {@code \}{@code u00xx}; otherwise the letter after the reverse solidus. */
    private static final byte[] ESCAPE = new byte[256];

    static {
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

    /** The array that holds the text, up to {@link #length}. Another one after the next append. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** How many bytes it can hold without growing. */
    public int capacity() {
        return bytes.length;
    }

    public void clear() {
        length = 0;
    }

    /** Forgets what was appended behind {@code newLength}. */
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

    /** Appends the bytes as they are. */
    public JsonBytes raw(byte[] source, int start, int end) {
        reserve(end - start);
        System.arraycopy(source, start, bytes, length, end - start);
        length += end - start;
        return this;
    }

    /** Appends the bytes as they are. */
    public JsonBytes raw(byte[] source) {
        return raw(source, 0, source.length);
    }

    /** Appends one byte as it is. */
    public JsonBytes raw(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** Appends a whole number in decimal. */
    public JsonBytes number(long value) {
        if (value < 0) {
            return raw(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
        }
        reserve(19);
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
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

    /** Appends UTF-8 text as it stands inside a JSON string, without quotation marks. */
    public JsonBytes escaped(byte[] utf8, int start, int end) {
        reserve(end - start);
        int plain = start;
        for (int at = start; at < end; at++) {
            byte escape = ESCAPE[utf8[at] & 0xff];
            if (escape != 0) {
                raw(utf8, plain, at);
                escape(utf8[at], escape);
                plain = at + 1;
            }
        }
        return raw(utf8, plain, end);
    }

    private void escape(byte value, byte escape) {
        reserve(6);
        bytes[length++] = '\\';
        bytes[length++] = escape;
        if (escape == 'u') {
            bytes[length++] = '0';
            bytes[length++] = '0';
            bytes[length++] = HEX[value >> 4];
            bytes[length++] = HEX[value & 0xf];
        }
    }
}
