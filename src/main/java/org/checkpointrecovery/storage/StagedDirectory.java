package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
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
        open(name -> false);
    }

    /**
     * Does the same, but keeps some of the marks that {@link #deleteMarked} left.
     *
     * @param kept tells by the name of the deleted directory whether its mark is kept
     * @return the names of the deleted directories whose marks were kept
     */
    List<String> open(Predicate<String> kept) throws IOException {
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
        List<String> marks = new ArrayList<>();
        for (Path path : disk.list(parent)) {
            String name = path.getFileName().toString();
            if (name.startsWith(DELETED) && kept.test(name.substring(DELETED.length()))) {
                empty(path);
                marks.add(name.substring(DELETED.length()));
            } else if (name.startsWith(NEW) || name.startsWith(DELETED)) {
                disk.deleteTree(path);
            }
        }
        return marks;
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

    /** Whether a crash may have left the path, or the service is just filling or deleting it. */
    static boolean isTemporary(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(NEW) || name.startsWith(DELETED);
    }

    /** Returns the name that a directory had before it was deleted; null if the path is none that is being deleted. */
    static @Nullable String deletedName(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(DELETED) ? name.substring(DELETED.length()) : null;
    }

    /** Returns the path of a directory to fill, and does not create it. */
    Path staged(String name) {
        return parent.resolve(NEW + name);
    }

    /** Creates an empty directory to fill. */
    Path begin(String name) throws IOException {
        Path staged = staged(name);
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
        rename(staged, published);
        return published;
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
        deleteTree(rename(name));
    }

    /**
     * Does the same, but leaves an empty directory, by which {@link #open(Predicate)} knows that the directory was deleted.
     * Needs no room on the disk.
     */
    void deleteMarked(String name) throws IOException {
        Path deleted = rename(name);
        try {
            empty(deleted);
        } catch (IOException e) {
            sweptLater(deleted, e);
        }
    }

    /** Deletes what {@link #deleteMarked} left. */
    void deleteMark(String name) {
        deleteTree(parent.resolve(DELETED + name));
    }

    /** Deletes a published directory, if it exists, when something else has made that durable. Forces nothing. */
    void remove(String name) throws IOException {
        Path published = parent.resolve(name);
        if (disk.isDirectory(published)) {
            Path deleted = parent.resolve(DELETED + name);
            disk.move(published, deleted);
            deleteTree(deleted);
        }
    }

    private void deleteTree(Path deleted) {
        try {
            disk.deleteTree(deleted);
        } catch (IOException e) {
            sweptLater(deleted, e);
        }
    }

    private void empty(Path directory) throws IOException {
        if (disk.isDirectory(directory)) {
            for (Path child : disk.list(directory)) {
                disk.deleteTree(child);
            }
        }
    }

    /** Renames a directory that is to be deleted, durably or not at all. */
    private Path rename(String name) throws IOException {
        Path deleted = parent.resolve(DELETED + name);
        rename(parent.resolve(name), deleted);
        return deleted;
    }

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
