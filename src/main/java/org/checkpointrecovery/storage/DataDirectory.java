package org.checkpointrecovery.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The directory with all data of the service. A lock that ends with its process keeps every other service out.
 */
public final class DataDirectory implements Closeable {
    private final Path root;
    private final FileChannel lockFile;

    private DataDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Creates the directory if it does not exist, and locks it.
     *
     * @throws HeldException if another service holds it
     * @throws DamagedFileException if it is an incomplete backup
     */
    public static DataDirectory take(Path root, DataMode mode) throws IOException {
        return take(root, new LocalDisk(mode), LocalDisk.underUmask());
    }

    /** Creates the directory for its owner only, if it does not exist, and locks it. */
    public static DataDirectory take(Path root) throws IOException {
        return take(root, DataMode.OWNER_ONLY);
    }

    /** @param above creates the directories above it, which are not the service's alone */
    static DataDirectory take(Path root, Disk disk, Disk above) throws IOException {
        Path directory = root.toAbsolutePath();
        if (!disk.exists(directory)) {
            Path parent = Replacement.directoryOf(directory);
            create(parent, above);
            disk.createDirectory(directory);
            disk.forceDirectory(parent);
        }
        if (disk.exists(new DataLayout(directory).incompleteBackup())) {
            throw new DamagedFileException("it is an incomplete backup. Nothing was changed. Use a complete one");
        }
        FileChannel channel = new LocalDisk().openForWrite(root.resolve("lock"));
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new HeldException(root);
        }
        return new DataDirectory(root.toAbsolutePath(), channel);
    }

    /** Creates a directory and its parents durably: data must not be lost because a parent's name was. */
    private static void create(Path directory, Disk disk) throws IOException {
        if (!disk.exists(directory)) {
            Path parent = Replacement.directoryOf(directory);
            create(parent, disk);
            disk.createDirectory(directory);
            disk.forceDirectory(parent);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held within this process
        }
    }

    public DataLayout layout() {
        return new DataLayout(root);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    /** Another service has locked the directory. */
    public static final class HeldException extends IOException {
        HeldException(Path root) {
            super("Data directory " + root + " is in use by another service. Nothing was changed.");
        }
    }
}
