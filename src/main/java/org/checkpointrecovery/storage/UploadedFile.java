package org.checkpointrecovery.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An input that a client has sent.
 *
 * @param name a label for people, or null; never part of a path
 * @param sha256 of its bytes, in hex
 */
public record UploadedFile(String id, @Nullable String name, long bytes, String sha256, Instant createdAt) {}
