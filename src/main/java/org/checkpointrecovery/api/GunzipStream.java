package org.checkpointrecovery.api;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decodes gzip (RFC 1952), all members up to the end of the stream. The JDK's {@link java.util.zip.GZIPInputStream} takes a
 * member that is still under way for the end, and leaves out what it cannot read behind the first one.
 *
 * <p>What is not gzip is a {@link ZipException}, an end in the middle an {@link EOFException}. One thread at a time.
 */
final class GunzipStream extends InputStream {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int DEFLATE = 8;
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int end;
    private boolean inMember;
    private boolean hadMember;

    GunzipStream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
        while (most > 0) {
            if (!inMember && !beginMember()) {
                return -1;
            }
            int count = inflate(into, from, most);
            if (count > 0) {
                checksum.update(into, from, count);
                return count;
            }
            endMember();
        }
        return 0;
    }

    /** Reads a member's header; false if there is no further member. */
    private boolean beginMember() throws IOException {
        if (hadMember && next == end && !fill()) {
            return false;
        }
        checksum.reset();
        if (headerByte() != 0x1f || headerByte() != 0x8b || headerByte() != DEFLATE) {
            throw new ZipException(hadMember ? "something else follows it" : "it does not begin as gzip does");
        }
        int flags = headerByte();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("its header has flags that are not known");
        }
        skip(6); // time, kind of compression, system
        if ((flags & EXTRA) != 0) {
            skip(headerByte() | headerByte() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            int expected = (int) checksum.getValue() & 0xffff;
            if ((headerByte() | headerByte() << 8) != expected) {
                throw new ZipException("its header does not fit its checksum");
            }
        }
        checksum.reset();
        inflater.reset();
        inflater.setInput(buffer, next, end - next);
        inMember = true;
        hadMember = true;
        return true;
    }

    private int headerByte() throws IOException {
        int value = nextByte();
        checksum.update(value);
        return value;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            headerByte();
        }
    }

    private void skipText() throws IOException {
        while (headerByte() != 0) {
            // to its end
        }
    }

    /** Returns 0 at the end of the member. */
    private int inflate(byte[] into, int from, int most) throws IOException {
        try {
            while (true) {
                int count = inflater.inflate(into, from, most);
                if (count > 0 || inflater.finished()) {
                    return count;
                }
                if (inflater.needsDictionary()) {
                    throw new ZipException("it asks for a dictionary");
                }
                if (!fill()) {
                    throw new EOFException();
                }
                inflater.setInput(buffer, 0, end);
            }
        } catch (DataFormatException e) {
            throw new ZipException(e.getMessage() == null ? "its data is damaged" : e.getMessage());
        }
    }

    private void endMember() throws IOException {
        next = end - inflater.getRemaining();
        inMember = false;
        if (number() != checksum.getValue() || number() != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new ZipException("it does not fit its checksum");
        }
    }

    private long number() throws IOException {
        return nextByte() | nextByte() << 8 | nextByte() << 16 | (long) nextByte() << 24;
    }

    private int nextByte() throws IOException {
        if (next == end && !fill()) {
            throw new EOFException();
        }
        return buffer[next++] & 0xff;
    }

    private boolean fill() throws IOException {
        next = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
