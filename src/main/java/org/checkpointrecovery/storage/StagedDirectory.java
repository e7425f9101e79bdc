package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directories that appear whole or not at all: filled under a name of their own, forced, and then given their real name; and
 * taken away in the opposite order. What a crash leaves of either is swept away at the next start.
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
        this.names = new SharedForce(disk, parent);
    }

    /**
     * Creates the parent if it is not there, and sweeps away what a crash left. A service that was killed may not have forced
     * the names that are found here: they are forced before anyone relies on them, and before what is deleted loses its
     * files.
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
     * The published directories, sorted by name. What is none, such as a symbolic link to one, is left alone, and the log says
     * so.
     */
    List<Path> list() throws IOException {
        List<Path> directories = new ArrayList<>();
        for (Path path : disk.list(parent)) {
            String name = path.getFileName().toString();
            if (disk.isDirectory(path)) {
                directories.add(path);
            } else if (!name.startsWith(NEW) && !name.startsWith(DELETED)) {
                log.warn("{} is not a directory, or is a symbolic link. It was left in place. Remove it.", path);
            }
        }
        return directories;
    }

    /** An empty directory to fill. */
    Path begin(String name) throws IOException {
        Path staged = parent.resolve(NEW + name);
        disk.createDirectory(staged);
        return staged;
    }

    /**
     * Gives a filled directory, whose files are forced, its name. On return it survives a power cut; after an exception it has
     * its old name, to be given up.
     */
    Path publish(Path staged, String name) throws IOException {
        disk.forceDirectory(staged);
        Path published = parent.resolve(name);
        rename(staged, published);
        return published;
    }

    /**
     * Gives up a directory that was begun. Never throws: what cannot be deleted now is swept away at the next start.
     */
    void discard(Path staged) {
        try {
            disk.forceDirectory(
                    parent); // if it had another name for a moment, it must not be found under that, half empty
            disk.deleteTree(staged);
        } catch (IOException e) {
            sweptLater(staged, e);
        }
    }

    /**
     * Takes a published directory away. On return it is gone, also after a power cut; after an exception it is still
     * there.
     */
    void delete(String name) throws IOException {
        Path deleted = parent.resolve(DELETED + name);
        rename(parent.resolve(name), deleted);
        try {
            disk.deleteTree(deleted);
        } catch (IOException e) {
            sweptLater(deleted, e);
        }
    }

    /** Gives a directory another name, for good or not at all. */
    private void rename(Path from, Path to) throws IOException {
        disk.move(from, to);
        try {
            names.force();
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
