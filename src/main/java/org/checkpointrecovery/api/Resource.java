package org.checkpointrecovery.api;

import java.io.IOException;
import java.io.InputStream;

/** Files in the jar. */
final class Resource {
    private Resource() {}

    /** Reads a file by its absolute name, such as {@code /openapi.yaml}. */
    static byte[] read(String name) throws IOException {
        try (InputStream file = Resource.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return file.readAllBytes();
        }
    }
}
