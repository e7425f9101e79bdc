package org.checkpointrecovery.api;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.LocalDisk;

/** The machine's disk, but it can be full for a while, and it can keep those waiting who force results. */
final class MoodyDisk extends ForwardingDisk {
    private volatile boolean full;
    private volatile CountDownLatch results = new CountDownLatch(0);
    private final AtomicInteger waiting = new AtomicInteger();

    MoodyDisk() {
        super(new LocalDisk());
    }

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
        return new MoodyFile(file, super.open(file));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        needsSpace(to);
        super.move(from, to);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        needsSpace(directory);
        super.createDirectory(directory);
    }

    private final class MoodyFile extends ForwardingFile {
        private final Path path;

        MoodyFile(Path path, DiskFile file) {
            super(file);
            this.path = path;
        }

        @Override
        public void append(byte[] source, int start, int end) throws IOException {
            needsSpace(path);
            super.append(source, start, end);
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
            super.force();
        }
    }
}
