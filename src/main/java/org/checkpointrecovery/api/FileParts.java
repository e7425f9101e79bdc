package org.checkpointrecovery.api;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A range of the bytes of a file. */
final class FileParts implements Parts {
    private static final Logger log = LoggerFactory.getLogger(FileParts.class);

    private final SeekableByteChannel channel;
    private final ByteRange range;
    private long position;

    /** @param channel closed with this object */
    FileParts(SeekableByteChannel channel, ByteRange range) {
        this.channel = channel;
        this.range = range;
        this.position = range.start();
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        long left = range.end() - position;
        if (left == 0) {
            return null;
        }
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(left, PART_BYTES));
        int count = channel.position(position).read(part);
        if (count < 0) {
            // The job started over after damage. The client sees an incomplete response.
            throw new EOFException("the file was truncated while it was sent");
        }
        position += count;
        return count == part.capacity() ? part.array() : Arrays.copyOf(part.array(), count);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("Cannot close a downloaded file: {}", e.toString());
        }
    }
}
