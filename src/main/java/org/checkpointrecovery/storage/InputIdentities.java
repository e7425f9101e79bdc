package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputTimes;

/**
 * Identifies an input by its size, its times and the checksum of its two ends, at a cost that does not depend on its
 * size.
 */
public final class InputIdentities {
    static final int END_BYTES = 64 * 1024;

    private InputIdentities() {}

    public static InputIdentity of(Disk disk, Input input) throws IOException {
        CRC32C crc = new CRC32C();
        InputTimes times = input.times(disk); // first: a write during the read then changes them again
        long size;
        try (SeekableByteChannel channel = input.open(disk)) {
            size = channel.size();
            update(crc, channel, 0, Math.min(size, END_BYTES));
            long tail = Math.max(END_BYTES, size - END_BYTES);
            if (tail < size) {
                update(crc, channel, tail, size);
            }
        }
        return new InputIdentity(size, times, (int) crc.getValue());
    }

    static void update(CRC32C crc, SeekableByteChannel channel, long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
        channel.position(from);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // until everything is read, or the file turns out to be shorter
        }
        crc.update(bytes.flip());
    }
}
