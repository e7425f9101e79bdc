package org.checkpointrecovery.sink;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;

/** A results file in {@link ResultsFormat#JSON_ARRAY} that is written under a temporary name. */
public final class JsonArrayFile {
    private static final ResultsFormat FORMAT = ResultsFormat.JSON_ARRAY;

    private JsonArrayFile() {}

    /** Returns the size of the finished array if {@code resultsBytes} of it are committed. */
    public static long finishedBytes(long resultsBytes) {
        return Math.max(resultsBytes, FORMAT.beginning().length) + FORMAT.end().length;
    }

    /**
     * Ends the array, forces it, and renames it to its final name. On return it survives a power cut. After a crash in
     * between, call it again.
     *
     * @param resultsBytes the committed bytes of the temporary file; 0 if there was no item
     */
    public static void finish(Disk disk, Path growing, long resultsBytes, Path output) throws IOException {
        try (DiskFile file = disk.open(growing)) {
            file.cutBack(resultsBytes);
            if (resultsBytes == 0) {
                append(file, FORMAT.beginning());
            }
            append(file, FORMAT.end());
            file.force();
        }
        disk.move(growing, output);
        disk.forceDirectory(ResultSink.directoryOf(output));
    }

    private static void append(DiskFile file, byte[] bytes) throws IOException {
        file.append(bytes, 0, bytes.length);
    }
}
