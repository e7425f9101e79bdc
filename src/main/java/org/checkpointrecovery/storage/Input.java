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
 * @param indexes if the items are copies, the file of their indexes; otherwise null
 * @param foreign whether others than the service may write to the file
 * @param asSent whether each line is an item as it stands: no byte-order mark is skipped
 */
public record Input(Path file, @Nullable Path indexes, boolean foreign, boolean asSent) {
    /** A file that others made: an upload, or a path. */
    public static Input of(Path file, boolean foreign) {
        return new Input(file, null, foreign, false);
    }

    /**
     * Opens the file for reading. Others may have put a symbolic link there if it is theirs; it is followed.
     *
     * @throws InputGoneException if the file is not there
     * @throws InputReplacedException if it is not a regular file
     */
    public SeekableByteChannel open(Disk disk) throws IOException {
        return open(disk, file);
    }

    /** Opens the file of the indexes of copies; throws as {@link #open(Disk)} does. */
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
            throw isPathBroken(e) ? new InputReplacedException("its path no longer resolves: " + e.getReason(), e) : e;
        }
    }

    /** Whether a directory or link on the way has been replaced. The JDK tells it by the kernel's words alone. */
    private static boolean isPathBroken(FileSystemException e) {
        String reason = String.valueOf(e.getReason());
        return e instanceof FileSystemLoopException
                || reason.contains("Not a directory")
                || reason.contains("Too many levels of symbolic links");
    }

    /**
     * When the file was last touched; null if nobody but the service may. Throws as {@link #open(Disk)} does.
     */
    @Nullable
    InputTimes times(Disk disk) throws IOException {
        if (!foreign) {
            return null;
        }
        return at(file, disk, path -> new InputTimes(disk.modifiedAt(path), disk.changedAt(path)));
    }

    /**
     * The items of this input.
     *
     * @param endBytes how long the input was when the job was submitted
     * @param maxItemBytes the longest item that is not cut
     * @throws CsvHeader.BadHeaderException if the first record of a CSV input cannot name the fields of the others
     */
    public InputItems items(Disk disk, Format format, long endBytes, int maxItemBytes) throws IOException {
        return InputItems.of(this, disk, format, endBytes, maxItemBytes);
    }
}
