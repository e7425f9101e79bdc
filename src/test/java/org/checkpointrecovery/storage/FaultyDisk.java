package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fails one call of another disk, once. A write that fails is done in part; any other call is not done. Calls that merely ask
 * whether something is there cannot fail. Thread-safe: one lock for all.
 */
public final class FaultyDisk extends ForwardingDisk {
    private int left;
    private @Nullable Fault fault;
    private @Nullable String failed;

    /** A kind of failure, and the calls that it strikes. */
    public enum Fault {
        /** Any call. */
        IO_ERROR,
        /** Calls that need room. */
        FULL,
        /** Calls that open something. */
        NO_DESCRIPTORS;

        private boolean strikes(boolean opens, boolean needsRoom) {
            return switch (this) {
                case IO_ERROR -> true;
                case FULL -> needsRoom;
                case NO_DESCRIPTORS -> opens;
            };
        }

        private IOException exception(Path path) {
            return switch (this) {
                case IO_ERROR -> new IOException("Input/output error");
                case FULL ->
                    new DiskFullException("No space left for " + path, new IOException("No space left on device"));
                case NO_DESCRIPTORS -> new FileSystemException(path.toString(), null, "Too many open files");
            };
        }
    }

    public FaultyDisk(Disk disk) {
        super(disk);
    }

    /** From now on the call of that number fails, counted from 1 among those that the fault strikes. */
    public synchronized void failAt(int call, Fault kind) {
        left = call;
        fault = kind;
        failed = null;
    }

    /** Nothing fails any more. */
    public synchronized void hold() {
        fault = null;
    }

    /** Nothing fails any more. Returns what has failed since {@link #failAt}, or null. */
    public synchronized @Nullable String mend() {
        fault = null;
        return failed;
    }

    private void check(String what, Path path, boolean opens, boolean needsRoom) throws IOException {
        IOException failure = strike(what, path, opens, needsRoom);
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized @Nullable IOException strike(String what, Path path, boolean opens, boolean needsRoom) {
        Fault now = fault;
        if (now == null || !now.strikes(opens, needsRoom) || --left > 0) {
            return null;
        }
        fault = null;
        failed = now + " in " + what + " " + path.getFileName();
        return now.exception(path);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        check("open", file, true, !exists(file));
        return new FaultyFile(file, super.open(file));
    }

    @Override
    public SeekableByteChannel openForRead(Path file) throws IOException {
        check("openForRead", file, true, false);
        return new FaultyChannel(file, super.openForRead(file));
    }

    @Override
    public byte[] read(Path file) throws IOException {
        check("read", file, true, false);
        return super.read(file);
    }

    @Override
    public long size(Path file) throws IOException {
        check("size", file, false, false);
        return super.size(file);
    }

    @Override
    public Instant modifiedAt(Path file) throws IOException {
        check("modifiedAt", file, false, false);
        return super.modifiedAt(file);
    }

    @Override
    public long stamp(Path path) throws IOException {
        check("stamp", path, false, false);
        return super.stamp(path);
    }

    @Override
    public Path realPath(Path path) throws IOException {
        check("realPath", path, false, false);
        return super.realPath(path);
    }

    @Override
    public boolean restrictToOwner(Path file) throws IOException {
        check("restrictToOwner", file, false, false);
        return super.restrictToOwner(file);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        check("move to", to, false, true);
        super.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        check("delete", path, false, false);
        super.delete(path);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        check("createDirectory", directory, false, true);
        super.createDirectory(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        check("list", directory, true, false);
        return super.list(directory);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        check("forceDirectory", directory, true, true);
        super.forceDirectory(directory);
    }

    private final class FaultyFile extends ForwardingFile {
        private final Path path;

        FaultyFile(Path path, DiskFile file) {
            super(file);
            this.path = path;
        }

        @Override
        public long size() throws IOException {
            check("size of", path, false, false);
            return super.size();
        }

        @Override
        public void append(byte[] source, int start, int end) throws IOException {
            IOException failure = strike("append to", path, false, true);
            if (failure != null) {
                super.append(source, start, start + (end - start) / 2);
                throw failure;
            }
            super.append(source, start, end);
        }

        @Override
        public void cutBack(long size) throws IOException {
            check("cutBack of", path, false, false);
            super.cutBack(size);
        }

        @Override
        public void force() throws IOException {
            check("force of", path, false, true);
            super.force();
        }

        @Override
        public void close() throws IOException {
            super.close();
            check("close of", path, false, false);
        }
    }

    private final class FaultyChannel extends ForwardingChannel {
        private final Path path;

        FaultyChannel(Path path, SeekableByteChannel channel) {
            super(channel);
            this.path = path;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            check("read from", path, false, false);
            return super.read(target);
        }

        @Override
        public long size() throws IOException {
            check("size of", path, false, false);
            return super.size();
        }
    }
}
