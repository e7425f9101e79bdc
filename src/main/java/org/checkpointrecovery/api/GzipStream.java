package org.checkpointrecovery.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Decodes gzip, all its members. What is not gzip, or not all of it, is a {@link ZipException}. */
final class GzipStream extends FilterInputStream {
    private static final int BUFFER_BYTES = 64 * 1024;

    GzipStream(InputStream gzip) throws IOException {
        super(decoder(gzip));
    }

    private static InputStream decoder(InputStream gzip) throws IOException {
        try {
            return GzipCompressorInputStream.builder()
                    .setInputStream(gzip)
                    .setBufferSize(BUFFER_BYTES)
                    .setDecompressConcatenated(true)
                    .get();
        } catch (IOException e) {
            throw named(e);
        }
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            throw named(e);
        }
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
        try {
            return super.read(into, from, most);
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** The decoder's own complaints; a body that broke off is another matter. */
    private static IOException named(IOException e) {
        return e instanceof BodyStream.BrokenException ? e : new ZipException(e.getMessage());
    }
}
