package org.checkpointrecovery.processor;

import java.nio.charset.StandardCharsets;
import org.checkpointrecovery.item.EightBytes;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.item.StrictUtf8;
import org.checkpointrecovery.item.Whitespace;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/**
 * Counts the characters and words of a line and converts it to upper case, like Python's {@code len}, {@code str.split}
 * and {@code str.upper}:
 *
 * <pre>{"index":0,"original":"Stra\u00dfe 7","length":8,"word_count":2,"uppercase":"STRASSE 7"}</pre>
 *
 * <p>Length counts Unicode code points; words are runs of anything but {@link Whitespace}. Works on bytes and creates
 * no object per item. Most items are plain: ASCII without JSON escapes. They are processed eight bytes at a time; the
 * others are decoded.
 */
public final class TextStats implements InlineProcessor {
    private static final byte[] INDEX = ascii("{\"index\":");
    private static final byte[] ORIGINAL = ascii(",\"original\":\"");
    private static final byte[] LENGTH = ascii("\",\"length\":");
    private static final byte[] WORD_COUNT = ascii(",\"word_count\":");
    private static final byte[] UPPERCASE = ascii(",\"uppercase\":\"");
    private static final byte[] END = ascii("\"}");

    /** The item in upper case, if it is not plain. */
    private final JsonBytes upper = new JsonBytes(1024);

    private int length;
    private int words;

    @Override
    public @Nullable ItemFailure process(Item item, JsonBytes result) {
        byte[] text = item.bytes();
        int start = item.start();
        int end = item.end();
        int plainWords = wordsIfPlain(text, start, end);
        if (plainWords >= 0) {
            head(item, result);
            result.raw(text, start, end);
            middle(item.length(), plainWords, result);
            appendUpper(text, start, end, result);
        } else {
            int bad = decode(text, start, end);
            if (bad >= 0) {
                return StrictUtf8.notUtf8(bad - start, text[bad]);
            }
            head(item, result);
            result.escaped(text, start, end);
            middle(length, words, result);
            result.escaped(upper.array(), 0, upper.length());
        }
        result.raw(END);
        return null;
    }

    private static void head(Item item, JsonBytes result) {
        result.raw(INDEX).number(item.index()).raw(ORIGINAL);
    }

    private static void middle(int length, int words, JsonBytes result) {
        result.raw(LENGTH).number(length).raw(WORD_COUNT).number(words).raw(UPPERCASE);
    }

    /** Counts the words of plain text; -1 if it is not plain. */
    private static int wordsIfPlain(byte[] text, int start, int end) {
        int words = 0;
        long before = 0; // whether the previous byte belongs to a word
        long notPlain = 0;
        int at = start;
        for (; at <= end - 8; at += 8) {
            long eight = EightBytes.get(text, at);
            notPlain |= EightBytes.notAscii(eight) | EightBytes.escaped(eight);
            long inWord = EightBytes.notWhite(eight);
            words += Long.bitCount(inWord & ~(inWord << 8 | before));
            before = inWord >>> 56;
        }
        long eight = EightBytes.getLast(text, at, end);
        notPlain |= EightBytes.notAscii(eight) | EightBytes.escaped(eight);
        long inWord = EightBytes.notWhite(eight);
        words += Long.bitCount(inWord & ~(inWord << 8 | before));
        return notPlain == 0 ? words : -1;
    }

    private static void appendUpper(byte[] text, int start, int end, JsonBytes result) {
        result.reserve(end - start + 8);
        byte[] target = result.array();
        int to = result.length();
        int at = start;
        for (; at <= end - 8; at += 8) {
            EightBytes.put(target, to, EightBytes.upper(EightBytes.get(text, at)));
            to += 8;
        }
        EightBytes.put(target, to, EightBytes.upper(EightBytes.getLast(text, at, end)));
        result.appended(end - start);
    }

    /**
     * Sets {@link #upper}, {@link #length} and {@link #words} for a text.
     *
     * @return -1, or the position of the first bytes that are not UTF-8
     */
    private int decode(byte[] text, int start, int end) {
        upper.clear();
        length = 0;
        words = 0;
        boolean inWord = false;
        int at = start;
        while (at < end) {
            long eight = at <= end - 8 ? EightBytes.get(text, at) : EightBytes.getLast(text, at, end);
            long notAscii = EightBytes.notAscii(eight);
            int ascii = Math.min(end - at, notAscii == 0 ? 8 : EightBytes.first(notAscii));
            if (ascii > 0) {
                inWord = takeAscii(eight, ascii, inWord);
                at += ascii;
            }
            while (at < end && text[at] < 0) {
                int codePoint = Utf8.decode(text, at, end);
                if (codePoint < 0) {
                    return at;
                }
                boolean white = Whitespace.lengthAt(text, at, end) > 0;
                if (!white && !inWord) {
                    words++;
                }
                inWord = !white;
                length++;
                UpperCase.append(codePoint, upper);
                at += Utf8.lengthOf(codePoint);
            }
        }
        return -1;
    }

    /** Processes the first {@code count} of eight ASCII bytes. Returns whether the last of them belongs to a word. */
    private boolean takeAscii(long eight, int count, boolean wasInWord) {
        upper.reserve(8);
        EightBytes.put(upper.array(), upper.length(), EightBytes.upper(eight));
        upper.appended(count);
        length += count;
        long taken = EightBytes.ALL >>> (8 * (8 - count));
        long inWord = EightBytes.notWhite(eight);
        words += Long.bitCount(inWord & ~(inWord << 8 | (wasInWord ? 0x80 : 0)) & taken);
        return (inWord >>> (8 * (count - 1)) & 0x80) != 0;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
