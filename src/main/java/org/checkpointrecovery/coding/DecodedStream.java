package org.checkpointrecovery.coding;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The decoded form of a body. Distinguishes decoding errors from read errors of the disk, whatever their types.
 */
public final class DecodedStream extends FilterInputStream {
    /** Creates a decoder, which may read a part of the body at once. */
    public interface Decoder {
        InputStream of(InputStream body) throws IOException;
    }

    public DecodedStream(InputStream body, Decoder decoder) throws IOException {
        super(decoder(body, decoder));
    }

    private static InputStream decoder(InputStream body, Decoder decoder) throws IOException {
        try {
            return decoder.of(new Coded(body));
        } catch (IOException | RuntimeException e) {
            throw named(e);
        }
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException | RuntimeException e) {
            throw named(e);
        }
    }

    @Override
    public int read(byte[] into, int from, int max) throws IOException {
        try {
            return super.read(into, from, max);
        } catch (IOException | RuntimeException e) {
            throw named(e);
        }
    }

    /** Converts a failure, because decoders throw all kinds of exceptions for damaged input. */
    private static IOException named(Exception e) {
        if (e instanceof UnreadableException unreadable) {
            return unreadable.failure;
        }
        if (e instanceof UndecodableException undecodable) {
            return undecodable;
        }
        UndecodableException undecodable = new UndecodableException(
                e instanceof IOException && e.getMessage() != null
                        ? e.getMessage().replaceAll("\\.+$", "")
                        : "it is damaged or truncated");
        undecodable.initCause(e);
        return undecodable;
    }

    /** The body as it was stored. */
    private static final class Coded extends FilterInputStream {
        Coded(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }

        @Override
        public int read(byte[] into, int from, int max) throws IOException {
            try {
                return super.read(into, from, max);
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }
    }

    /** The body cannot be read. */
    private static final class UnreadableException extends IOException {
        private final IOException failure;

        UnreadableException(IOException failure) {
            super(failure);
            this.failure = failure;
        }
    }
}
