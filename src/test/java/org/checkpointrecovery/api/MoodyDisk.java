package org.checkpointrecovery.api;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.LocalDisk;

/** The machine's disk, but it can be full for a while, and it can keep those waiting who force results. */
final class MoodyDisk implements Disk {
    private final LocalDisk disk = new LocalDisk();
    private volatile boolean full;
    private volatile CountDownLatch results = new CountDownLatch(0);
    private final AtomicInteger waiting = new AtomicInteger();

    void fill() {
        full = true;
    }

    void freeSpace() {
        full = false;
    }

    /** From now on a run that commits waits. */
    void holdResults() {
        results = new CountDownLatch(1);
    }

    /** Waits until a run waits. */
    void awaitHeldResults() {
        Await.until("a commit is held", waiting::get, count -> count > 0);
    }

    void releaseResults() {
        results.countDown();
    }

    private void needsSpace(Path path) throws IOException {
        if (full) {
            throw new DiskFullException("No room on the disk for " + path, new IOException("No space left on device"));
        }
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        needsSpace(file);
        return new MoodyFile(file, disk.open(file));
    }

    @Override
    public SeekableByteChannel openForRead(Path file) throws IOException {
        return disk.openForRead(file);
    }

    @Override
    public byte[] read(Path file) throws IOException {
        return disk.read(file);
    }

    @Override
    public long size(Path file) throws IOException {
        return disk.size(file);
    }

    @Override
    public Instant modifiedAt(Path file) throws IOException {
        return disk.modifiedAt(file);
    }

    @Override
    public boolean exists(Path path) {
        return disk.exists(path);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        needsSpace(to);
        disk.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        needsSpace(directory);
        disk.createDirectory(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    private final class MoodyFile implements DiskFile {
        private final Path path;
        private final DiskFile file;

        MoodyFile(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void append(byte[] source, int start, int end) throws IOException {
            needsSpace(path);
            file.append(source, start, end);
        }

        @Override
        public void cutBack(long size) throws IOException {
            file.cutBack(size);
        }

        @Override
        public void force() throws IOException {
            if (path.endsWith("results.jsonl")) {
                waiting.incrementAndGet();
                try {
                    results.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                } finally {
                    waiting.decrementAndGet();
                }
            }
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
