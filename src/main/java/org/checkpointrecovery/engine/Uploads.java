package org.checkpointrecovery.engine;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.IncomingFile;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** The uploaded files. Thread-safe. */
public final class Uploads {
    private final FileStore files;
    private final JobRegistry jobs;
    private final Phase phase;
    private final IdGenerator ids;
    private final Clock clock;
    private final Lock deleting;

    /** @param deleting held while a file is deleted, so that no submission uses it at the same time */
    Uploads(FileStore files, JobRegistry jobs, Phase phase, IdGenerator ids, Clock clock, Lock deleting) {
        this.files = files;
        this.jobs = jobs;
        this.phase = phase;
        this.ids = ids;
        this.clock = clock;
        this.deleting = deleting;
    }

    public UploadedFile receive(@Nullable String name, InputStream body, long maxBytes)
            throws RefusedException, IOException {
        phase.refuseWhenStopping();
        return files.receive(ids.next(), name, body, maxBytes, clock.instant());
    }

    /** Starts an upload that arrives in pieces. */
    public IncomingFile begin(@Nullable String name, long maxBytes) throws RefusedException, IOException {
        phase.refuseWhenStopping();
        return files.begin(ids.next(), name, maxBytes, clock.instant());
    }

    public UploadedFile file(String id) throws RefusedException {
        return files.find(id).orElseThrow(() -> new Refusal.NoSuchFile(id).exception());
    }

    /** Lists the uploads, newest first. */
    public List<UploadedFile> list() {
        return files.list();
    }

    /** Deletes an upload. Refuses while a job that is neither COMPLETED nor CANCELLED needs it. */
    public void delete(String id) throws RefusedException, IOException {
        phase.refuseWhenStopping();
        deleting.lock();
        try {
            file(id);
            Optional<JobEntry> user = jobs.userOf(id);
            if (user.isPresent()) {
                throw new Refusal.FileInUse(id, user.get().view()).exception();
            }
            files.delete(id);
        } finally {
            deleting.unlock();
        }
    }
}
