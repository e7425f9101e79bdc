package org.checkpointrecovery.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An uploaded input.
 *
 * @param name a label for people, or null; never part of a path
 * @param sha256 SHA-256 of its bytes, in hexadecimal
 */
public record UploadedFile(String id, @Nullable String name, long bytes, String sha256, Instant createdAt) {}
