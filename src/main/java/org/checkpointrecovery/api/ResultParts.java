package org.checkpointrecovery.api;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.checkpointrecovery.engine.MergedResults;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converted results, collected one by one until a part is full. */
final class ResultParts implements Parts {
    private static final Logger log = LoggerFactory.getLogger(ResultParts.class);

    private final Source source;
    private final List<Closeable> held;

    /** Produces results one by one. */
    interface Source {
        /** Writes the next result; returns false if there is none. */
        boolean next(ByteArrayOutputStream out) throws IOException;
    }

    /** @param held closed with this object */
    ResultParts(Source source, List<Closeable> held) {
        this.source = source;
        this.held = held;
    }

    /** Returns results as lines. */
    static Source lines(MergedResults results) {
        return out -> {
            byte[] line = results.next();
            if (line == null) {
                return false;
            }
            out.write(line);
            out.write('\n');
            return true;
        };
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        while (part.size() < PART_BYTES && source.next(part)) {
            // the next result may fit as well
        }
        return part.size() == 0 ? null : part.toByteArray();
    }

    @Override
    public void close() {
        for (Closeable one : held) {
            close(one);
        }
    }

    static void close(Closeable one) {
        try {
            one.close();
        } catch (IOException e) {
            log.warn("Cannot close downloaded results: {}", e.toString());
        }
    }
}
