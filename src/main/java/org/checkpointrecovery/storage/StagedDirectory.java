package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directories that appear completely or not at all: filled and forced under a temporary name, then renamed; and deleted
 * in the opposite order. The next start deletes what a crash left of either.
 */
final class StagedDirectory {
    private static final Logger log = LoggerFactory.getLogger(StagedDirectory.class);
    private static final String NEW = ".new-";
    private static final String DELETED = ".deleted-";

    private final Disk disk;
    private final Path parent;
    private final SharedForce names;

    StagedDirectory(Disk disk, Path parent) {
        this.disk = disk;
        this.parent = parent;
        this.names = new SharedForce(() -> disk.forceDirectory(parent));
    }

    /**
     * Creates the parent if it does not exist, and deletes what a crash left. A killed service may not have forced the
     * names found here, so they are forced before anyone relies on them and before any files are deleted.
     */
    void open() throws IOException {
        if (!disk.exists(parent)) {
            disk.createDirectory(parent);
        }
        if (!disk.isDirectory(parent)) {
            throw new DamagedFileException(
                    parent + " is not a directory, or is a symbolic link. Nothing was changed. Restore the directory. "
                            + "To keep it on another disk, mount that disk there or move the whole data directory");
        }
        disk.forceDirectory(Replacement.directoryOf(parent));
        disk.forceDirectory(parent);
        for (Path path : disk.list(parent)) {
            String name = path.getFileName().toString();
            if (name.startsWith(NEW) || name.startsWith(DELETED)) {
                disk.deleteTree(path);
            }
        }
    }

    /**
     * Lists the published directories, sorted by name. Anything else, such as a symbolic link, is left in place and logged.
     */
    List<Path> list() throws IOException {
        return names().stream().filter(this::isPublished).toList();
    }

    /** Lists all paths in the parent, sorted by name, published or not. */
    List<Path> names() throws IOException {
        return disk.list(parent);
    }

    /** Whether a path in the parent is a published directory. Anything else is left in place and logged. */
    boolean isPublished(Path path) {
        String name = path.getFileName().toString();
        boolean directory = disk.isDirectory(path);
        if (!directory && !name.startsWith(NEW) && !name.startsWith(DELETED)) {
            log.warn("{} is not a directory, or is a symbolic link. It was left in place. Remove it.", path);
        }
        return directory;
    }

    /** Creates an empty directory to fill. */
    Path begin(String name) throws IOException {
        Path staged = parent.resolve(NEW + name);
        disk.createDirectory(staged);
        return staged;
    }

    /**
     * Renames a filled directory, whose files must be forced, to its final name. On return it survives a power cut.
     * After an exception it has its temporary name and should be discarded.
     */
    Path publish(Path staged, String name) throws IOException {
        disk.forceDirectory(staged);
        Path published = parent.resolve(name);
        rename(staged, published, names::force);
        return published;
    }

    /** Renames a filled directory to its final name, and forces nothing. After an exception it has its temporary name. */
    void publishUnforced(Path staged, String name) throws IOException {
        disk.move(staged, parent.resolve(name));
    }

    /** Makes the names of all published and deleted directories survive a power cut. */
    void forceNames() throws IOException {
        names.force();
    }

    /**
     * Discards an unpublished directory. Never throws: the next start deletes what cannot be deleted now.
     */
    void discard(Path staged) {
        try {
            disk.forceDirectory(parent); // if the rename took effect, a power cut must not bring it back half empty
            disk.deleteTree(staged);
        } catch (IOException e) {
            sweptLater(staged, e);
        }
    }

    /**
     * Deletes a published directory. On return it stays deleted after a power cut; after an exception it still exists.
     */
    void delete(String name) throws IOException {
        delete(name, names::force);
    }

    /**
     * Does the same for a deletion that something else makes durable.
     *
     * @param durably makes it durable once the directory is renamed
     */
    void delete(String name, SharedForce.Forcing durably) throws IOException {
        Path deleted = parent.resolve(DELETED + name);
        rename(parent.resolve(name), deleted, durably);
        try {
            disk.deleteTree(deleted);
        } catch (IOException e) {
            sweptLater(deleted, e);
        }
    }

    /** Renames a directory durably, or not at all. */
    private void rename(Path from, Path to, SharedForce.Forcing durably) throws IOException {
        disk.move(from, to);
        try {
            durably.force();
        } catch (IOException e) {
            try {
                disk.move(to, from);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private static void sweptLater(Path path, IOException e) {
        log.warn("Cannot delete {}: {}. The next start deletes it.", path, e.toString());
    }
}
