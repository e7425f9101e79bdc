package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Temporary files for what is on its way to or from clients, so that it does not wait in memory. Nothing in them must survive:
 * they are never forced, and what a crash leaves is deleted at the next start. Thread-safe.
 */
public final class Spools {
    private static final Logger log = LoggerFactory.getLogger(Spools.class);

    private final Disk disk;
    private final Path root;
    private final AtomicLong last = new AtomicLong();

    public Spools(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
    }

    /** Deletes what a crash left. Call before all else. Never throws: a disk that is full now may have room later. */
    public void open() {
        try {
            if (!disk.exists(root)) {
                disk.createDirectory(root);
            }
            for (Path left : disk.list(root)) {
                disk.deleteTree(left);
            }
        } catch (IOException e) {
            log.warn(
                    "Cannot prepare {} for temporary files: {}. Large requests fail until it is usable.",
                    root,
                    e.toString());
        }
    }

    /** An empty spool. It has no file until it needs one. */
    public Spool begin() {
        return new Spool(disk, root.resolve(String.valueOf(last.incrementAndGet())));
    }
}
