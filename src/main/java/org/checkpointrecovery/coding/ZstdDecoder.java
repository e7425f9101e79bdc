package org.checkpointrecovery.coding;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Decodes Zstandard. Its library needs memory access that a JVM may deny ({@code
 * --sun-misc-unsafe-memory-access=deny}).
 */
public final class ZstdDecoder {
    /** A frame with the single byte 'a', uncompressed (RFC 8878, section 3.1). */
    private static final byte[] SMALLEST_FRAME = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x20, 1, 9, 0, 0, 'a'};

    private static final boolean ALLOWED = isAllowed();

    private ZstdDecoder() {}

    /** Whether the library works in this JVM. */
    public static boolean isAvailable() {
        return ALLOWED;
    }

    public static InputStream decoded(InputStream body) {
        return new ZstdInputStream(new ZstdFrames(body));
    }

    private static boolean isAllowed() {
        try (InputStream frame = decoded(new ByteArrayInputStream(SMALLEST_FRAME))) {
            return frame.read() == 'a' && frame.read() < 0;
        } catch (IOException | RuntimeException | LinkageError e) {
            return false;
        }
    }
}
