package org.checkpointrecovery.api;

import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** The JSON of an upload. */
record FileJson(
        String id,
        @Nullable String name,
        long bytes,
        String sha256,
        @Nullable String createdAt) {
    static FileJson of(UploadedFile file) {
        return new FileJson(file.id(), file.name(), file.bytes(), file.sha256(), JobJson.time(file.createdAt()));
    }
}
