package org.checkpointrecovery.api;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;

/**
 * The machine's disk, but it can be full for a while, refuse to open some files, and keep those waiting who force results.
 */
final class MoodyDisk extends ForwardingDisk {
    private volatile boolean full;
    private volatile CountDownLatch results = new CountDownLatch(0);
    private volatile @Nullable Refusal refusal;
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

    /** What opening a file fails with. */
    interface Refusal {
        /** @return null to open it */
        @Nullable
        IOException of(Path file);
    }

    /** From now on files are opened only where there is no refusal; null opens them all again. */
    void refuseToOpen(@Nullable Refusal next) {
        refusal = next;
    }

    private void refuse(Path file) throws IOException {
        Refusal now = refusal;
        IOException failure = now == null ? null : now.of(file);
        if (failure != null) {
            throw failure;
        }
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
            throw new DiskFullException("No space left for " + path, new IOException("No space left on device"));
        }
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        if (!exists(file)) {
            needsSpace(file);
        }
        refuse(file);
        return new MoodyFile(file, super.open(file));
    }

    @Override
    public SeekableByteChannel openForRead(Path file) throws IOException {
        refuse(file);
        return super.openForRead(file);
    }

    @Override
    public byte[] read(Path file) throws IOException {
        refuse(file);
        return super.read(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        refuse(directory);
        super.forceDirectory(directory);
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
