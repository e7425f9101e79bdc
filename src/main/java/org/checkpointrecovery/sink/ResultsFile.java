package org.checkpointrecovery.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;

/** A results file that is written under a temporary name, and gets its final one when it is complete. */
public final class ResultsFile {
    private static final int BUFFER_BYTES = 64 * 1024;

    private ResultsFile() {}

    /** Returns the size of the finished file if {@code resultsBytes} of it are committed. */
    public static long finishedBytes(ResultsFormat format, long resultsBytes) {
        return Math.max(resultsBytes, format.beginning().length) + format.end().length;
    }

    /**
     * Writes the end of the file, forces it, and renames it to its final name. On return it survives a power cut. After a
     * crash in between, call it again.
     *
     * @param resultsBytes the committed bytes of the temporary file; 0 if there was no item
     */
    public static void finish(Disk disk, Path growing, ResultsFormat format, long resultsBytes, Path output)
            throws IOException {
        try (DiskFile file = disk.open(growing)) {
            file.cutBack(resultsBytes);
            if (resultsBytes == 0) {
                append(file, format.beginning());
            }
            append(file, format.end());
            file.force();
        }
        disk.move(growing, output);
        disk.forceDirectory(ResultSink.directoryOf(output));
    }

    /**
     * Writes results as CSV to a new file, forces it, and renames it to its final name. On return it survives a power cut.
     * After a crash in between, call it again.
     */
    public static void writeCsv(Disk disk, CsvTable.Lines results, Path growing, Path output) throws IOException {
        try (DiskFile file = disk.open(growing)) {
            file.cutBack(0);
            CsvTable table = new CsvTable(results);
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            while (table.next(records)) {
                if (records.size() >= BUFFER_BYTES) {
                    append(file, records.toByteArray());
                    records.reset();
                }
            }
            append(file, records.toByteArray());
            file.force();
        }
        disk.move(growing, output);
        disk.forceDirectory(ResultSink.directoryOf(output));
    }

    private static void append(DiskFile file, byte[] bytes) throws IOException {
        file.append(bytes, 0, bytes.length);
    }
}
