package org.checkpointrecovery.engine.run;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Where a run puts the outcomes of items, in item order. Used by the committing thread only. */
public interface Sink extends Closeable {
    void append(Slice slice) throws IOException;

    /** Makes all that was appended survive a power cut. */
    void force() throws IOException;

    /** Returns the bytes of all results so far, also of earlier runs. */
    long resultsBytes();

    /** Returns the bytes of all errors so far, also of earlier runs. */
    long errorsBytes();

    /**
     * Brings all outcomes to their final place, once the last ones are forced. On return they survive a power cut there.
     * After a crash in between, a run that has nothing else left to do calls it again.
     *
     * @param toEnd polled; once it returns true, the call stops
     * @return whether all is done
     */
    boolean complete(BooleanSupplier toEnd) throws IOException;
}
