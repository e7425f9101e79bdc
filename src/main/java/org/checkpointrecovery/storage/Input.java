package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputTimes;
import org.jspecify.annotations.Nullable;

/**
 * The file that a job's items are read from.
 *
 * @param indexes the file of the items' original indexes if they are copies; otherwise null
 * @param foreign whether programs other than the service may write to the file
 * @param asSent whether each line is an item unchanged: no byte-order mark is skipped
 */
public record Input(Path file, @Nullable Path indexes, boolean foreign, boolean asSent) {
    /** Returns an input that the client provided: an upload or a path. */
    public static Input of(Path file, boolean foreign) {
        return new Input(file, null, foreign, false);
    }

    /**
     * Opens the file for reading. Follows symbolic links if the file is {@code foreign}.
     *
     * @throws InputGoneException if the file does not exist
     * @throws InputReplacedException if it is not a regular file
     */
    public SeekableByteChannel open(Disk disk) throws IOException {
        return open(disk, file);
    }

    /** Opens the file of the copies' indexes; throws the same exceptions as {@link #open(Disk)}. */
    SeekableByteChannel openIndexes(Disk disk) throws IOException {
        return open(disk, requireNonNull(indexes));
    }

    private SeekableByteChannel open(Disk disk, Path path) throws IOException {
        return at(path, disk, disk::openForRead);
    }

    private interface Question<T> {
        T ask(Path path) throws IOException;
    }

    private <T> T at(Path path, Disk disk, Question<T> question) throws IOException {
        try {
            return question.ask(foreign ? disk.realPath(path) : path);
        } catch (NoSuchFileException e) {
            throw new InputGoneException(path);
        } catch (NotAFileException e) {
            throw new InputReplacedException("it is " + e.kind() + " now, not a regular file", e);
        } catch (FileSystemException e) {
            throw isUnresolvable(e)
                    ? new InputReplacedException("its path no longer resolves: " + e.getReason(), e)
                    : e;
        }
    }

    /** Whether a directory or link in the path was replaced. The JDK exposes this only as the kernel's message. */
    private static boolean isUnresolvable(FileSystemException e) {
        String reason = String.valueOf(e.getReason());
        return e instanceof FileSystemLoopException
                || reason.contains("Not a directory")
                || reason.contains("Too many levels of symbolic links");
    }

    /**
     * Returns when the file last changed; null if only the service may write to it. Throws the same exceptions as
     * {@link #open(Disk)}.
     */
    @Nullable
    InputTimes times(Disk disk) throws IOException {
        if (!foreign) {
            return null;
        }
        return at(file, disk, path -> new InputTimes(disk.modifiedAt(path), disk.changedAt(path)));
    }

    /**
     * Returns the items of this input.
     *
     * @param endBytes the size of the input when the job was submitted
     * @param maxItemBytes the maximum size of an item; longer items are cut
     * @throws CsvHeader.BadHeaderException if the first record of a CSV input cannot name the fields of the others
     */
    public InputItems items(Disk disk, Format format, long endBytes, int maxItemBytes) throws IOException {
        return InputItems.of(this, disk, format, endBytes, maxItemBytes);
    }
}
