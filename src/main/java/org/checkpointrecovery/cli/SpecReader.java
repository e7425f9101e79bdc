package org.checkpointrecovery.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.BiConsumer;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.engine.OfferedProcessors;
import org.jspecify.annotations.Nullable;

/** Reads the spec of a job, as a service takes it. */
public interface SpecReader {
    /**
     * Reads a spec, at most to its end. Reports every problem at once.
     *
     * @param hasInput whether an option names the file with the items
     * @param report of a place in the spec, as a JSON pointer (empty for the whole spec), and the problem there, as the rest
     *     of a sentence that starts with the place
     * @return null after a report
     */
    @Nullable
    NewJob read(InputStream json, boolean hasInput, OfferedProcessors processors, BiConsumer<String, String> report)
            throws IOException;
}
