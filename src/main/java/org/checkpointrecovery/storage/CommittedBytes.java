package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The committed bytes at the start of a file of results or errors: whole lines. Any more bytes are not committed. */
public final class CommittedBytes {
    private CommittedBytes() {}

    /** Opens a file that has them; null if it lacks some. */
    public static @Nullable SeekableByteChannel open(Disk disk, Path file, long bytes) throws IOException {
        SeekableByteChannel channel;
        try {
            channel = disk.openForRead(file);
        } catch (NoSuchFileException | NotAFileException e) {
            return null;
        }
        boolean whole = false;
        try {
            whole = channel.size() >= bytes && endsALine(channel, bytes);
        } finally {
            if (!whole) {
                channel.close();
            }
        }
        return whole ? channel : null;
    }

    private static boolean endsALine(SeekableByteChannel channel, long bytes) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        channel.position(bytes - 1);
        boolean read = channel.read(last) == 1;
        channel.position(0);
        return read && last.get(0) == '\n';
    }

    /** Describes what a file has that lacks some of them. */
    public static String found(Disk disk, Path file, long bytes) throws IOException {
        if (!disk.exists(file)) {
            return "it is missing.";
        }
        if (!disk.isFile(file)) {
            return "it is no longer a regular file.";
        }
        long size = disk.size(file);
        return size < bytes ? "it has only " + size + "." : "no line ends at that byte.";
    }
}
