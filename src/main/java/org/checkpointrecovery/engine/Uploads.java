package org.checkpointrecovery.engine;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.IncomingFile;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The uploaded files. Thread-safe. */
public final class Uploads {
    private static final Logger log = LoggerFactory.getLogger(Uploads.class);

    private final FileStore files;
    private final FileUses uses;
    private final Phase phase;
    private final IdGenerator ids;
    private final Clock clock;
    private final Lock deleting;

    /** @param deleting held while a file is deleted, so that no submission uses it at the same time */
    Uploads(FileStore files, FileUses uses, Phase phase, IdGenerator ids, Clock clock, Lock deleting) {
        this.files = files;
        this.uses = uses;
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
            Optional<JobEntry> user = uses.userOf(id);
            if (user.isPresent()) {
                throw new Refusal.FileInUse(id, user.get().view()).exception();
            }
            files.delete(id);
        } finally {
            deleting.unlock();
        }
    }

    /** Returns when files expire, by their ids. Those that do not expire, or not yet, are missing. */
    public Map<String, Instant> expiries(Collection<UploadedFile> some) {
        return uses.expiries(some);
    }

    /** Lists the files that have expired, oldest first. */
    List<UploadedFile> expired() {
        Map<String, Instant> expiries = uses.expiries(files.list());
        Instant now = clock.instant();
        List<UploadedFile> expired = new ArrayList<>(files.list());
        expired.removeIf(file -> !hasExpired(file, expiries, now));
        Collections.reverse(expired);
        return expired;
    }

    private static boolean hasExpired(UploadedFile file, Map<String, Instant> expiries, Instant now) {
        Instant expiry = expiries.get(file.id());
        return expiry != null && !expiry.isAfter(now);
    }

    /**
     * Deletes a file that has expired.
     *
     * @return whether it was deleted
     */
    boolean deleteExpired(UploadedFile file) throws RefusedException, IOException {
        phase.refuseWhenStopping();
        deleting.lock();
        try {
            boolean expired = files.find(file.id()).isPresent()
                    && hasExpired(file, uses.expiries(List.of(file)), clock.instant());
            if (expired) {
                files.delete(file.id());
                log.info("File {}: expired, deleted", file.id());
            }
            return expired;
        } finally {
            deleting.unlock();
        }
    }
}
