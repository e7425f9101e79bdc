package org.checkpointrecovery.sink;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;

/**
 * The results and errors files of a job, open for a run. Appended bytes survive a crash after {@link #force}. The next
 * run truncates uncommitted bytes when it opens the files. Used by the committing thread only.
 */
public final class ResultSink implements Closeable {
    private final ResultsFormat format;
    private final LineFile results;
    private final LineFile errors;

    private ResultSink(ResultsFormat format, LineFile results, LineFile errors) {
        this.format = format;
        this.results = results;
        this.errors = errors;
    }

    /**
     * Opens both files, creates missing ones, and truncates them to the position where a run starts.
     *
     * @throws DamagedFileException if a file is shorter than that; nothing was changed
     */
    public static ResultSink open(Disk disk, Path results, Path errors, ResultsFormat format, Position from)
            throws IOException {
        checkLength(disk, results, from.resultsBytes());
        checkLength(disk, errors, from.errorsBytes());
        boolean created = from.nextItem() == 0 || !disk.exists(results) || !disk.exists(errors);
        DiskFile resultsFile = disk.open(results);
        try {
            DiskFile errorsFile = disk.open(errors);
            try {
                if (created) {
                    // The names of the files must be durable before a checkpoint counts bytes in them.
                    disk.forceDirectory(directoryOf(results));
                    if (!directoryOf(errors).equals(directoryOf(results))) {
                        disk.forceDirectory(directoryOf(errors));
                    }
                }
                ResultSink sink = new ResultSink(
                        format,
                        new LineFile(resultsFile, from.resultsBytes()),
                        new LineFile(errorsFile, from.errorsBytes()));
                if (from.resultsBytes() == 0) {
                    byte[] beginning = format.beginning();
                    sink.results.append(beginning, 0, beginning.length);
                }
                return sink;
            } catch (IOException e) {
                closeAfter(e, errorsFile);
                throw e;
            }
        } catch (IOException e) {
            closeAfter(e, resultsFile);
            throw e;
        }
    }

    static Path directoryOf(Path file) {
        return requireNonNull(file.toAbsolutePath().getParent());
    }

    private static void checkLength(Disk disk, Path file, long expected) throws IOException {
        long size = disk.exists(file) ? disk.size(file) : 0;
        if (size < expected) {
            throw new DamagedFileException("File " + file.getFileName() + " has " + size
                    + " bytes, but the checkpoint expects " + expected
                    + ". Nothing was changed. Restore the file and resume, or submit the job again.");
        }
    }

    private static void closeAfter(IOException cause, DiskFile file) {
        try {
            file.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Appends results, including their separators. */
    public void appendResults(JsonBytes lines) throws IOException {
        if (lines.length() > 0) {
            boolean first = results.bytes() == format.beginning().length;
            results.append(lines.array(), first ? format.leftOutBeforeFirst() : 0, lines.length());
        }
    }

    public void appendErrors(JsonBytes lines) throws IOException {
        errors.append(lines.array(), 0, lines.length());
    }

    /** Makes all appended lines survive a power cut. */
    public void force() throws IOException {
        results.force();
        errors.force();
    }

    /** Returns the size of the results file. */
    public long resultsBytes() {
        return results.bytes();
    }

    /** Returns the size of the errors file. */
    public long errorsBytes() {
        return errors.bytes();
    }

    @Override
    public void close() throws IOException {
        try (results;
                errors) {
            // closes both, even if one throws
        }
    }
}
