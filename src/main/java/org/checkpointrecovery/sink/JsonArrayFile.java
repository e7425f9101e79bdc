package org.checkpointrecovery.sink;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;

/** A results file in {@link ResultsFormat#JSON_ARRAY} that grows under another name than the one that it is to have. */
public final class JsonArrayFile {
    private static final ResultsFormat FORMAT = ResultsFormat.JSON_ARRAY;

    private JsonArrayFile() {}

    /** Bytes of the whole array, when {@code resultsBytes} of it are committed. */
    public static long finishedBytes(long resultsBytes) {
        return Math.max(resultsBytes, FORMAT.beginning().length) + FORMAT.end().length;
    }

    /**
     * Ends the array, forces it, and gives it its name. On return it survives a power cut. After a crash in between it can be
     * done again.
     *
     * @param resultsBytes how much of the growing file is committed; 0 if there was no item
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
