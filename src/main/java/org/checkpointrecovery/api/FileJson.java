package org.checkpointrecovery.api;

import java.time.Instant;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** The JSON of an upload. */
record FileJson(
        String id,
        @Nullable String name,
        long bytes,
        String sha256,
        @Nullable String createdAt,
        @Nullable String expiresAt) {
    static FileJson of(UploadedFile file, @Nullable Instant expiresAt) {
        return new FileJson(
                file.id(),
                file.name(),
                file.bytes(),
                file.sha256(),
                JobJson.time(file.createdAt()),
                JobJson.time(expiresAt));
    }
}
