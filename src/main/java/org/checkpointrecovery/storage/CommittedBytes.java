package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The committed results or errors of a job, in one file or in parts: whole lines. Any more bytes are not committed.
 *
 * @param bytes how many are committed, from 1
 */
public record CommittedBytes(Disk disk, JobFiles files, Output output, long bytes) {
    /** Opens them; null if some are missing. Of parts, only the last one is checked; the others are when they are read. */
    public @Nullable SeekableByteChannel open() throws IOException {
        try {
            PartsChannel parts = parts();
            return opened(parts, parts::problemAtEnd);
        } catch (NoSuchFileException e) {
            // not in parts
        }
        SeekableByteChannel file;
        try {
            file = disk.openForRead(path());
        } catch (NoSuchFileException | NotAFileException e) {
            return null;
        }
        return opened(file, () -> file.size() >= bytes && endsALine(file) ? null : "");
    }

    /** @throws NoSuchFileException if some are missing */
    public SeekableByteChannel openExisting() throws IOException {
        SeekableByteChannel channel = open();
        if (channel == null) {
            throw new NoSuchFileException(path().toString());
        }
        return channel;
    }

    private PartsChannel parts() throws IOException {
        return new PartsChannel(disk, files, output, PartIndex.open(disk, files), bytes);
    }

    private interface Check {
        /** Returns what is wrong; null if nothing is. */
        @Nullable
        String problem() throws IOException;
    }

    private static @Nullable SeekableByteChannel opened(SeekableByteChannel channel, Check check) throws IOException {
        boolean whole = false;
        try {
            whole = check.problem() == null;
        } finally {
            if (!whole) {
                channel.close();
            }
        }
        return whole ? channel : null;
    }

    private Path path() {
        return output.in(files);
    }

    private boolean endsALine(SeekableByteChannel channel) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        channel.position(bytes - 1);
        boolean read = channel.read(last) == 1;
        channel.position(0);
        return read && last.get(0) == '\n';
    }

    /** Describes what is wrong with them, looking at all parts; null if nothing is. */
    public @Nullable String problem() throws IOException {
        String atEnd = problemAtEnd();
        if (atEnd != null) {
            return atEnd;
        }
        try (PartsChannel parts = parts()) {
            return parts.problem();
        } catch (NoSuchFileException e) {
            return null; // not in parts
        }
    }

    /** Describes what is wrong with them, looking at the last part only; null if nothing is. */
    public @Nullable String problemAtEnd() throws IOException {
        try (PartsChannel parts = parts()) {
            return parts.problemAtEnd();
        } catch (NoSuchFileException e) {
            // not in parts
        }
        try (SeekableByteChannel whole = open()) {
            if (whole != null) {
                return null;
            }
        }
        if (!disk.exists(path())) {
            return "it is missing.";
        }
        if (!disk.isFile(path())) {
            return "it is no longer a regular file.";
        }
        long size = disk.size(path());
        return size < bytes ? "it has only " + size + "." : "no line ends at that byte.";
    }
}
