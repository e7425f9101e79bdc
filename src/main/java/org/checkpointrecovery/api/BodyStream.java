package org.checkpointrecovery.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a request. Trouble with reading it is the client's and not the disk's; it is told apart by its type. */
final class BodyStream extends FilterInputStream {
    BodyStream(InputStream body) {
        super(body);
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            throw new BrokenException(e);
        }
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
        try {
            return super.read(into, from, most);
        } catch (IOException e) {
            throw new BrokenException(e);
        }
    }

    /** The client went away, or did not keep to HTTP. */
    static final class BrokenException extends IOException {
        BrokenException(IOException cause) {
            super("the body broke off", cause);
        }
    }
}
