package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How the bytes of an input become UTF-8 text.
 *
 * @param compression the compression to undo first; null if there is none, or it is not determined yet
 * @param encoding of the text
 */
public record Decoding(@Nullable Compression compression, TextEncoding encoding) {
    public static final Decoding NONE = new Decoding(null, TextEncoding.UTF_8);

    public Decoding {
        requireNonNull(encoding);
    }

    public static Decoding from(TextEncoding encoding) {
        return new Decoding(null, encoding);
    }

    /** Whether the bytes are used unchanged. */
    public boolean isNone() {
        return compression == null && encoding == TextEncoding.UTF_8;
    }
}
