package org.checkpointrecovery.coding;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Checks the frames of Zstandard (RFC 8878, section 3.1) without decoding them, and passes their bytes on. The decoder
 * trusts the sizes in a frame and supports only one kind of frame. So this class refuses a too large window before
 * memory is allocated, drops skippable frames, and throws an {@link UndecodableException} if the body ends within a
 * frame.
 *
 * <pre>
 *   magic 4 | descriptor 1 | window 0-1 | dictionary 0-4 | content size 0-8 | blocks | checksum 0 or 4
 *   block: header 3 (bit 0 last, bits 1-2 type, the rest size) | content: size, or 1 of a block that repeats a byte
 * </pre>
 */
final class ZstdFrames extends FilterInputStream {
    /** Maximum window of the decoder; more than the zstd command uses at any level up to 19. */
    static final int MAX_WINDOW_BYTES = 8 * 1024 * 1024;

    private static final int MAX_BLOCK_BYTES = 128 * 1024;
    private static final int MAGIC = 0xfd2fb528;
    private static final int SKIPPABLE_MAGIC = 0x184d2a50;
    private static final int RLE = 1;
    private static final int RESERVED = 3;

    /** A checked header that is to be passed on. */
    private final byte[] header = new byte[18];

    private int headerNext;
    private int headerEnd;
    /** Bytes after the header that are passed on unchanged. */
    private int left;

    private boolean inFrame;
    private boolean checksum;
    private boolean anyFrame;

    ZstdFrames(InputStream body) {
        super(body);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int max) throws IOException {
        while (headerNext == headerEnd && left == 0) {
            if (!(inFrame ? nextBlock() : nextFrame())) {
                return -1;
            }
        }
        if (headerNext < headerEnd) {
            int count = Math.min(max, headerEnd - headerNext);
            System.arraycopy(header, headerNext, into, from, count);
            headerNext += count;
            return count;
        }
        int count = in.read(into, from, Math.min(max, left));
        if (count < 0) {
            throw endsInTheMiddle();
        }
        left -= count;
        return count;
    }

    /** Checks the header of the next frame; false at the end of the body. */
    private boolean nextFrame() throws IOException {
        begin();
        int first = in.read();
        if (first < 0) {
            if (!anyFrame) {
                throw new UndecodableException("it contains no zstd frame");
            }
            return false;
        }
        header[headerEnd++] = (byte) first;
        take(3);
        int magic = (int) number(0, 4);
        if ((magic & 0xfffffff0) == SKIPPABLE_MAGIC) {
            take(4);
            passOver(number(4, 4));
            begin();
            return true;
        }
        if (magic != MAGIC) {
            throw new UndecodableException(
                    anyFrame ? "other data follows a zstd frame" : "it does not start with a zstd frame");
        }
        frameHeader();
        anyFrame = true;
        inFrame = true;
        return true;
    }

    private void frameHeader() throws IOException {
        take(1);
        int descriptor = header[4];
        boolean singleSegment = (descriptor & 0x20) != 0;
        checksum = (descriptor & 0x04) != 0;
        if ((descriptor & 0x08) != 0) {
            throw new UndecodableException("a zstd frame sets a reserved bit");
        }
        if ((descriptor & 0x03) != 0) {
            throw new UndecodableException("it needs a zstd dictionary; compress it without one");
        }
        int sizeCode = (descriptor & 0xff) >>> 6;
        int sizeBytes = sizeCode == 0 ? (singleSegment ? 1 : 0) : 1 << sizeCode;
        long window = 0;
        if (!singleSegment) {
            take(1);
            int exponent = (header[5] & 0xff) >>> 3;
            long base = 1L << (10 + exponent);
            window = base + base / 8 * (header[5] & 7);
        }
        int sizeAt = headerEnd;
        take(sizeBytes);
        if (singleSegment) {
            window = number(
                    sizeAt,
                    sizeBytes); // the content size; a two-byte size is 256 too small, which does not matter here
        }
        if (window < 0 || window > MAX_WINDOW_BYTES) {
            throw new UndecodableException("it needs a window of " + Long.toUnsignedString(window) + " bytes (maximum "
                    + MAX_WINDOW_BYTES + "); compress it with zstd -19 or a lower level, and without --long");
        }
    }

    /** Checks the header of the frame's next block. */
    private boolean nextBlock() throws IOException {
        begin();
        take(3);
        int block = (int) number(0, 3);
        int type = block >>> 1 & 3;
        int size = block >>> 3;
        if (type == RESERVED || size > MAX_BLOCK_BYTES) {
            throw new UndecodableException("a zstd block has an invalid type or size");
        }
        left = type == RLE ? 1 : size;
        if ((block & 1) != 0) {
            left += checksum ? 4 : 0;
            inFrame = false;
        }
        return true;
    }

    private void begin() {
        headerNext = 0;
        headerEnd = 0;
    }

    /** Reads {@code count} more bytes into the header. */
    private void take(int count) throws IOException {
        if (in.readNBytes(header, headerEnd, count) < count) {
            throw endsInTheMiddle();
        }
        headerEnd += count;
    }

    private void passOver(long count) throws IOException {
        byte[] skipped = new byte[4096];
        for (long rest = count; rest > 0; ) {
            int now = in.read(skipped, 0, (int) Math.min(rest, skipped.length));
            if (now < 0) {
                throw endsInTheMiddle();
            }
            rest -= now;
        }
    }

    /** Returns a number in the header, least significant byte first. */
    private long number(int at, int bytes) {
        long number = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            number = number << 8 | (header[at + i] & 0xff);
        }
        return number;
    }

    private static UndecodableException endsInTheMiddle() {
        return new UndecodableException("it is truncated");
    }
}
