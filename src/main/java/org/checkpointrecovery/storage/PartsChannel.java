package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.checkpointrecovery.storage.IndexedPart.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The results or the errors of all parts of a job, one behind the other, as if they were one file. Has one part open at a
 * time. If the job gets one file meanwhile, continues there. Throws {@link DamagedFileException} before it returns any bytes
 * of a part that lacks some. Used by one thread.
 */
final class PartsChannel extends ReadOnlyChannel {
    private final Disk disk;
    private final JobFiles files;
    private final Output output;
    private final PartIndex index;
    private final long bytes;
    private long position;
    private @Nullable IndexedPart part;
    private @Nullable SeekableByteChannel file; // of the part
    private @Nullable SeekableByteChannel single;
    private boolean closed;

    /**
     * @param index closed together with this channel
     * @param bytes how many are read
     */
    PartsChannel(Disk disk, JobFiles files, Output output, PartIndex index, long bytes) {
        this.disk = disk;
        this.files = files;
        this.output = output;
        this.index = index;
        this.bytes = bytes;
    }

    /** Finds what is wrong with any of the parts; null if nothing is. */
    @Nullable
    String problem() throws IOException {
        try {
            for (position = 0; position < bytes && single == null; position = place().end()) {
                findPart();
            }
            return null;
        } catch (DamagedFileException e) {
            return e.getMessage();
        } finally {
            position = 0;
        }
    }

    /** Finds what is wrong with the index or the last part; null if nothing is. */
    @Nullable
    String problemAtEnd() throws IOException {
        try {
            position = bytes - 1;
            findPart();
            if (single == null && place().end() != bytes) {
                return files.partIndex().getFileName() + " has no part that ends there.";
            }
            ByteBuffer last = ByteBuffer.allocate(1);
            return read(last) == 1 && last.get(0) == '\n' ? null : "no line ends at that byte.";
        } catch (DamagedFileException e) {
            return e.getMessage();
        } finally {
            position = 0;
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (position >= bytes) {
            return -1;
        }
        findPart();
        Bytes place = single == null ? place() : new Bytes(0, bytes, 0);
        SeekableByteChannel from = requireNonNull(single == null ? file : single);
        int most = (int) Math.min(into.remaining(), Math.min(place.end(), bytes) - position);
        ByteBuffer piece = into.duplicate().limit(into.position() + most);
        int count = from.position(place.at() + position - place.start()).read(piece);
        if (count < 0) {
            throw new DamagedFileException(name(fileOf(requireNonNull(part))) + " was truncated while it was read.");
        }
        into.position(into.position() + count);
        position += count;
        return count;
    }

    private Bytes place() {
        return output.in(requireNonNull(part));
    }

    private boolean isAtPart() {
        return part != null && place().start() <= position && position < place().end();
    }

    /** Opens the part that has the byte at the position. */
    private void findPart() throws IOException {
        if (single != null || (isAtPart() && file != null)) {
            return;
        }
        if (part != null && position == place().end()) {
            do {
                part = index.next();
            } while (part != null && !isAtPart());
        } else {
            part = index.find(each -> output.in(each).end(), position + 1);
        }
        if (!isAtPart()) {
            throw new DamagedFileException(
                    files.partIndex().getFileName() + " has no part with byte " + position + ".");
        }
        openPart(requireNonNull(part));
    }

    private void openPart(IndexedPart found) throws IOException {
        closeFile();
        Path path = fileOf(found);
        try {
            SeekableByteChannel opened = disk.openForRead(path);
            file = opened;
            Bytes place = place();
            if (opened.size() < place.at() + place.length()) {
                closeFile();
                throw new DamagedFileException(name(path) + " has less than the " + (place.at() + place.length())
                        + " bytes that " + files.partIndex().getFileName() + " expects.");
            }
        } catch (NoSuchFileException e) {
            if (disk.exists(files.partIndex())) {
                throw new DamagedFileException(name(path) + " is missing.");
            }
            single = disk.openForRead(output.in(files));
        } catch (NotAFileException e) {
            throw new DamagedFileException(name(path) + " is no longer a regular file.");
        }
    }

    private Path fileOf(IndexedPart found) {
        return output.in(files, found);
    }

    private String name(Path path) {
        return files.directory().relativize(path).toString();
    }

    private void closeFile() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return bytes;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try (index) {
            closeFile();
            if (single != null) {
                single.close();
            }
        }
    }
}
