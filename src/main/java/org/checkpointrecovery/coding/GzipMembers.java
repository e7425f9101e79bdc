package org.checkpointrecovery.coding;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads all members of a gzip stream (RFC 1952). Zero bytes after the last member are padding, as from tapes and block
 * devices; anything else there is an error, as in gzip(1).
 */
public final class GzipMembers extends InputStream {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final BufferedInputStream body;
    private @Nullable InputStream member;

    public GzipMembers(InputStream body) throws IOException {
        this.body = new BufferedInputStream(body, BUFFER_BYTES);
        this.member = next();
    }

    /** Opens the next member. At its end, the body is positioned after it, because the body supports mark. */
    private InputStream next() throws IOException {
        return GzipCompressorInputStream.builder()
                .setInputStream(body)
                .setBufferSize(BUFFER_BYTES / 2)
                .setDecompressConcatenated(false)
                .get();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (member != null) {
            int read = member.read(into, from, count);
            if (read > 0) {
                return read;
            }
            member = isAtEnd() ? null : next();
        }
        return -1;
    }

    private boolean isAtEnd() throws IOException {
        body.mark(1);
        int next = body.read();
        if (next > 0) {
            body.reset();
            return false;
        }
        while (next == 0) {
            next = body.read();
        }
        if (next > 0) {
            throw new IOException("other data follows the zero padding after the last gzip member");
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
