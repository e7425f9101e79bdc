package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Temporary files for data in transit to or from clients, to save memory. They are never forced, and the next start
 * deletes what a crash left. Thread-safe.
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

    /** Deletes what a crash left. Call before everything else. Never throws: a full disk may have room later. */
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

    /** Returns an empty spool. It creates its file only when needed. */
    public Spool begin() {
        return new Spool(disk, root.resolve(String.valueOf(last.incrementAndGet())));
    }
}
