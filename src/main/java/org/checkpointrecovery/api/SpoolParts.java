package org.checkpointrecovery.api;

import java.io.IOException;
import org.checkpointrecovery.storage.Spool;
import org.jspecify.annotations.Nullable;

/** The contents of a spool. */
final class SpoolParts implements Parts {
    private final Spool spool;
    private long position;

    /** @param spool closed with this object */
    SpoolParts(Spool spool) {
        this.spool = spool;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        byte[] part = spool.read(position, PART_BYTES);
        position += part.length;
        return part.length == 0 ? null : part;
    }

    @Override
    public void close() {
        spool.close();
    }
}
