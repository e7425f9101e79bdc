package org.checkpointrecovery.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemFailure;

/**
 * One line of an errors file:
 *
 * <pre>{"index":3,"item":"fourth","error":{"code":"FAULT_INJECTED","message":"..."},"attempts":1}</pre>
 *
 * An item over 4 KiB is cut to 4 KiB at a character boundary, and {@code "itemCut":true} follows {@code "item"}. Bytes
 * that are not UTF-8 show as U+FFFD.
 */
public final class ErrorLine {
    /** Counted in UTF-8 after invalid bytes were replaced. */
    static final int MAX_ITEM_BYTES = 4 * 1024;

    private static final byte[] END = "\"".getBytes(US_ASCII);
    private static final byte[] END_OF_CUT = "\",\"itemCut\":true".getBytes(US_ASCII);

    private ErrorLine() {}

    public static void append(JsonBytes line, Item item, ItemFailure failure, int attempts) {
        boolean whole = appendStart(line, item);
        line.raw(whole ? END : END_OF_CUT);
        line.raw(",\"error\":{\"code\":".getBytes(US_ASCII))
                .string(failure.code().name());
        line.raw(",\"message\":".getBytes(US_ASCII)).string(failure.message());
        Integer status = failure.status();
        if (status != null) {
            line.raw(",\"status\":".getBytes(US_ASCII)).number(status);
        }
        line.raw("},\"attempts\":".getBytes(US_ASCII)).number(attempts);
        line.raw("}\n".getBytes(US_ASCII));
    }

    /** Appends a line up to the end of its item, without the quotation mark. Returns whether that is the whole item. */
    private static boolean appendStart(JsonBytes line, Item item) {
        byte[] text = text(item);
        int end = cut(text);
        line.raw("{\"index\":".getBytes(US_ASCII)).number(item.index());
        line.raw(",\"item\":\"".getBytes(US_ASCII)).escaped(text, 0, end);
        return end == text.length && !item.cut();
    }

    /**
     * Whether a line was written for this item: it has its index and its text. A text that was cut, then or now, must match up
     * to the first cut; the limit of an item's size may have changed in between.
     */
    public static boolean isOf(byte[] line, Item item) {
        JsonBytes start = new JsonBytes(256);
        boolean whole = appendStart(start, item);
        int mismatch = Arrays.mismatch(line, 0, line.length, start.array(), 0, start.length());
        int same = mismatch < 0 ? start.length() : mismatch;
        if (continues(line, same, END_OF_CUT)) {
            return true;
        }
        return same == start.length() && (whole ? continues(line, same, END) : item.cut());
    }

    private static boolean continues(byte[] line, int at, byte[] expected) {
        int end = at + expected.length;
        return end <= line.length && Arrays.equals(line, at, end, expected, 0, expected.length);
    }

    /** Returns the start of the item in valid UTF-8, slightly more than is shown, so that a cut can be detected. */
    private static byte[] text(Item item) {
        int length = Math.min(item.length(), MAX_ITEM_BYTES + 8);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        CharBuffer chars = CharBuffer.allocate(length);
        // If only a part of the item is decoded, a character cut at its end is dropped, not replaced.
        boolean whole = length == item.length() && !item.cut();
        decoder.decode(ByteBuffer.wrap(item.bytes(), item.start(), length), chars, whole);
        if (whole) {
            decoder.flush(chars);
        }
        return chars.flip().toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the end of the text after the cut to {@link #MAX_ITEM_BYTES} at a character boundary. */
    private static int cut(byte[] utf8) {
        if (utf8.length <= MAX_ITEM_BYTES) {
            return utf8.length;
        }
        int end = MAX_ITEM_BYTES;
        while ((utf8[end] & 0xc0) == 0x80) {
            end--;
        }
        return end;
    }
}
