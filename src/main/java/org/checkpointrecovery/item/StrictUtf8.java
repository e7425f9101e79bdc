package org.checkpointrecovery.item;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/** Decodes items that must be UTF-8, into a reused buffer. Not thread-safe. */
public final class StrictUtf8 {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private CharBuffer chars = CharBuffer.allocate(1024);

    /** Decodes an item. Returns null if {@link #text} now has its text, otherwise the failure. */
    @Nullable
    ItemFailure decode(Item item) {
        if (chars.capacity() < item.length()) {
            chars = CharBuffer.allocate(Math.max(item.length(), 2 * chars.capacity()));
        }
        chars.clear();
        ByteBuffer bytes = ByteBuffer.wrap(item.bytes(), item.start(), item.length());
        decoder.reset();
        if (decoder.decode(bytes, chars, true).isError()) {
            return notUtf8(bytes.position() - item.start(), bytes.get());
        }
        chars.flip();
        return null;
    }

    CharBuffer text() {
        return chars;
    }

    /**
     * @param offset of the first invalid byte
     * @param first the first invalid byte
     */
    public static ItemFailure notUtf8(int offset, byte first) {
        return new ItemFailure(
                ItemErrorCode.NOT_UTF8,
                "The item is not valid UTF-8: invalid byte 0x"
                        + HexFormat.of().toHexDigits(first) + " at offset " + offset
                        + ". Convert the input to UTF-8 and submit it again.");
    }
}
