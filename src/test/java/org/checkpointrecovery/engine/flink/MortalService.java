package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.ClusterOverview;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.ForwardingDisk;

/**
 * What a service that can be killed has of the world: from the moment on it changes nothing on the disk, and its cluster hears
 * nothing of it. The disk can also become full for it alone.
 */
final class MortalService {
    private final ToDisk disk;
    private int operations; // guarded by this, as all below
    private int dieAt = Integer.MAX_VALUE;
    private boolean acts;
    private boolean dead;
    private boolean full;

    MortalService(Disk disk) {
        this.disk = new ToDisk(disk);
    }

    /** @param stillActs whether the operation that it is killed at is still made */
    synchronized void dieAt(int operation, boolean stillActs) {
        dieAt = operation;
        acts = stillActs;
    }

    synchronized void die() {
        dead = true;
    }

    synchronized boolean isDead() {
        return dead;
    }

    synchronized void full(boolean is) {
        full = is;
    }

    synchronized int operations() {
        return operations;
    }

    Disk disk() {
        return disk;
    }

    Cluster lineTo(FakeCluster cluster) {
        return new Line(cluster);
    }

    private interface Change {
        void make() throws IOException;
    }

    private synchronized void check() throws IOException {
        if (dead) {
            throw new IOException("the service was killed");
        }
    }

    /** The cluster and the disk do not wait for each other: whoever changes the disk does so here. */
    private synchronized void change(Path path, boolean needsRoom, Change change) throws IOException {
        check();
        operations++;
        if (operations >= dieAt) {
            if (acts) {
                change.make();
            }
            dead = true;
            check();
        }
        if (needsRoom && full) {
            throw new DiskFullException("No room for " + path, new IOException("No space left on device"));
        }
        change.make();
    }

    private final class ToDisk extends ForwardingDisk {
        ToDisk(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            DiskFile[] opened = {null};
            if (super.exists(file)) {
                check();
                opened[0] = super.open(file);
            } else {
                change(file, true, () -> opened[0] = super.open(file));
            }
            return new ForwardingFile(opened[0]) {
                @Override
                public void append(byte[] source, int start, int end) throws IOException {
                    change(file, true, () -> super.append(source, start, end));
                }

                @Override
                public void cutBack(long size) throws IOException {
                    change(file, false, () -> super.cutBack(size));
                }

                @Override
                public void force() throws IOException {
                    change(file, false, super::force);
                }
            };
        }

        @Override
        public SeekableByteChannel openForRead(Path file) throws IOException {
            check();
            return super.openForRead(file);
        }

        @Override
        public byte[] read(Path file) throws IOException {
            check();
            return super.read(file);
        }

        @Override
        public boolean exists(Path path) {
            try {
                check();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return super.exists(path);
        }

        @Override
        public List<Path> list(Path directory) throws IOException {
            check();
            return super.list(directory);
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            change(to, false, () -> super.move(from, to));
        }

        @Override
        public void delete(Path path) throws IOException {
            if (super.exists(path)) {
                change(path, false, () -> super.delete(path));
            }
        }

        @Override
        public void createDirectory(Path directory) throws IOException {
            if (!super.exists(directory)) {
                change(directory, true, () -> super.createDirectory(directory));
            }
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            change(directory, false, () -> super.forceDirectory(directory));
        }
    }

    private final class Line implements Cluster {
        private final FakeCluster cluster;

        Line(FakeCluster cluster) {
            this.cluster = cluster;
        }

        private void call() throws ClusterException {
            if (isDead()) {
                throw new ClusterException("the service was killed");
            }
        }

        @Override
        public ClusterOverview overview() throws ClusterException {
            call();
            return cluster.overview();
        }

        @Override
        public boolean isAdaptive() throws ClusterException {
            call();
            return cluster.isAdaptive();
        }

        @Override
        public Optional<String> jar(String name) throws ClusterException {
            call();
            return cluster.jar(name);
        }

        @Override
        public String upload(String name, byte[] jar, BooleanSupplier givenUp) throws ClusterException {
            call();
            return cluster.upload(name, jar, () -> isDead() || givenUp.getAsBoolean());
        }

        @Override
        public void run(Submission submission, BooleanSupplier givenUp) throws ClusterException {
            call();
            cluster.run(submission, () -> isDead() || givenUp.getAsBoolean());
        }

        @Override
        public Optional<Activity> state(String job) throws ClusterException {
            call();
            return cluster.state(job);
        }

        @Override
        public Optional<String> rootCause(String job) throws ClusterException {
            call();
            return cluster.rootCause(job);
        }

        @Override
        public void cancel(String job) throws ClusterException {
            call();
            cluster.cancel(job);
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return cluster.toString();
        }
    }
}
