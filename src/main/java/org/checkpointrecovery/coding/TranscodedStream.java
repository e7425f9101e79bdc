package org.checkpointrecovery.coding;

import java.io.IOException;
import java.io.InputStream;
import org.checkpointrecovery.job.TextEncoding;

/** A stream converted by a {@link Transcoder}. */
final class TranscodedStream extends InputStream {
    private static final int BUFFER_BYTES = 32 * 1024;

    private final InputStream coded;
    private final Transcoder transcoder;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private byte[] text = {};
    private int next;
    private boolean ended;

    TranscodedStream(InputStream coded, TextEncoding encoding) {
        this.coded = coded;
        this.transcoder = new Transcoder(encoding, (utf8, count) -> {
            if (next < text.length) { // one piece of bytes yielded two pieces of text
                byte[] both = new byte[text.length - next + count];
                System.arraycopy(text, next, both, 0, text.length - next);
                System.arraycopy(utf8, 0, both, text.length - next, count);
                text = both;
            } else {
                text = utf8;
            }
            next = 0;
        });
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int max) throws IOException {
        if (max == 0) {
            return 0;
        }
        while (next == text.length && !ended) {
            int count = coded.read(buffer);
            if (count < 0) {
                ended = true;
                transcoder.end();
            } else {
                transcoder.feed(buffer, 0, count);
            }
        }
        if (next == text.length) {
            return -1;
        }
        int count = Math.min(max, text.length - next);
        System.arraycopy(text, next, into, from, count);
        next += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        coded.close();
    }
}
