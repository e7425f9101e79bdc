package org.checkpointrecovery.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.coding.Decoders;
import org.checkpointrecovery.coding.UndecodableException;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.TextEncoding;

/** Decodes inputs that are compressed or in another text encoding into UTF-8 files. */
public final class InputDecoder {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Disk disk;
    private final long maxBytes;
    private final BooleanSupplier stop;

    /**
     * @param maxBytes the maximum decoded size
     * @param stop polled between pieces; decoding ends early once it returns true
     */
    public InputDecoder(Disk disk, long maxBytes, BooleanSupplier stop) {
        this.disk = disk;
        this.maxBytes = maxBytes;
        this.stop = stop;
    }

    /**
     * Determines how to decode an input.
     *
     * @param name of the file
     * @throws UndecodableException if the input is neither usable as it is nor decodable
     */
    public Decoding find(Input input, String name, TextEncoding encoding) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(Decoders.START_BYTES);
        try (SeekableByteChannel channel = input.open(disk)) {
            while (start.hasRemaining() && channel.read(start) >= 0) {
                // a channel may return fewer bytes than requested
            }
        }
        return Decoders.find(Arrays.copyOf(start.array(), start.position()), name, encoding);
    }

    /**
     * Decodes an input into a new file and forces it. An exception may leave a partial file.
     *
     * @return false if decoding was stopped
     * @throws UndecodableException if the input is damaged, or not text in its encoding
     * @throws FileStore.TooLargeException if it decodes to more than the maximum size
     */
    public boolean decode(Input input, Decoding decoding, Path into) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long bytes = 0;
        try (SeekableByteChannel channel = input.open(disk);
                InputStream text = Decoders.decode(Channels.newInputStream(channel), decoding);
                DiskFile file = disk.open(into)) {
            for (int count = text.read(buffer); count >= 0; count = text.read(buffer)) {
                bytes += count;
                if (bytes > maxBytes) {
                    throw new FileStore.TooLargeException(maxBytes);
                }
                if (stop.getAsBoolean()) {
                    return false;
                }
                file.append(buffer, 0, count);
            }
            file.force();
        }
        return true;
    }
}
