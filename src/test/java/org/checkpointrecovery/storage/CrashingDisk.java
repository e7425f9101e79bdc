package org.checkpointrecovery.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A disk in memory whose power can be cut at any operation, and which then keeps no more than {@link Disk} promises: of all
 * that was not forced any part may be lost ({@link UnforcedBytes}, {@link UnforcedNames}), as the seed decides. The same seed
 * and the same calls in the same order give the same disk.
 *
 * <p>Operations are what changes the disk: append, cut back, force, open a file that is not there, move, delete, create a
 * directory, force a directory. They are counted from 1 for the life of the disk; a call that is refused (no such file) or has
 * nothing to do (delete what is not there) is not counted.
 *
 * <pre>
 *   int operations = countOperationsOf(job);            // once, without a fault
 *   disk.cutPowerAt(n);                                 // for each n of them
 *   assertThatThrownBy(() -> run(job, disk)).isInstanceOf(PowerCutException.class);
 *   disk.restorePower();
 *   run(job, disk);
 * </pre>
 *
 * <p>At first only {@code /} is there; relative paths begin at it. Thread-safe: one lock for all.
 */
public final class CrashingDisk implements Disk {
    private static final int NEVER = Integer.MAX_VALUE;

    private Instant modified = Instant.EPOCH; // guarded by this
    private final Random random;
    private final UnforcedNames names = new UnforcedNames();
    private final Map<Integer, IOException> failures = new HashMap<>();
    private boolean powered = true;
    private int operations;
    private int cutPowerAt = NEVER;
    private int killProcessAt = NEVER;
    private boolean killed;
    private int fullFrom = NEVER;

    /** Counts crashes: a file that was opened before the last one is of no use. */
    private int crashes;

    public CrashingDisk(long seed) {
        random = new Random(seed);
    }

    /** Operations so far. */
    public synchronized int operations() {
        return operations;
    }

    /**
     * Cuts the power during an operation, counted from 1 for the life of the disk: it takes effect in part, wholly or not at
     * all. It and every later call throw a {@link PowerCutException}, from {@link #exists} in an {@link UncheckedIOException}.
     */
    public synchronized void cutPowerAt(int operation) {
        if (operation <= operations) {
            throw new IllegalArgumentException("operation " + operation + " is over: " + operations + " were made");
        }
        cutPowerAt = operation;
    }

    /**
     * Kills the process during an operation, counted from 1 for the life of the disk: an append is done in part, a file or
     * directory is not created, anything else is done. Then nothing works until {@link #killProcess}, as after a power cut.
     */
    public synchronized void killProcessAt(int operation) {
        killProcessAt = operation;
    }

    /** Whether the power was cut, or the process killed, and neither is over yet. */
    public synchronized boolean isPowerCut() {
        return !powered;
    }

    /** Cuts the power now, if it was not cut yet, and restores it. What is there now is on the medium. Files must be opened anew. */
    public synchronized void restorePower() {
        names.cutPower(random);
        crashes++;
        cutPowerAt = NEVER;
        powered = true;
    }

    /** As {@code kill -9}: files must be opened anew, and all that was written is there, forced or not. */
    public synchronized void killProcess() {
        crashes++;
        killProcessAt = NEVER;
        if (killed) {
            killed = false;
            powered = true;
        }
    }

    /**
     * Lets one operation fail. An append is then done in part. A force has lost what it should have forced, in part or whole:
     * it can still be read, until the power is cut, and no later force brings it to the medium. Anything else is not done.
     */
    public synchronized void failAt(int operation, IOException failure) {
        failures.put(operation, failure);
    }

    /** From this operation on the disk is full: what needs room fails, an append after a part of it. */
    public synchronized void fillUpAt(int operation) {
        fullFrom = operation;
    }

    /** The disk is no longer full. */
    public synchronized void freeSpace() {
        fullFrom = NEVER;
    }

    /** Nothing fails any more that has not failed yet, and the disk is not full. */
    public synchronized void mend() {
        failures.clear();
        fullFrom = NEVER;
    }

    /** Puts a file on the medium, with its directories, without an operation. */
    public synchronized void write(Path file, byte[] content) {
        UnforcedBytes bytes = new UnforcedBytes();
        bytes.append(content, 0, content.length);
        bytes.force();
        try {
            names.nameOnMedium(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a reader would see. */
    public synchronized byte[] bytes(Path file) {
        try {
            return file(file).bytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String text(Path file) {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    public List<String> lines(Path file) {
        return text(file).lines().toList();
    }

    @Override
    public synchronized DiskFile open(Path file) throws IOException {
        checkPower();
        if (names.find(file) == null) {
            names.parentOf(file);
            operation("create " + file, true, () -> names.name(file, new UnforcedBytes()));
        }
        return new OpenFile(file, file(file));
    }

    @Override
    public synchronized SeekableByteChannel openForRead(Path file) throws IOException {
        checkPower();
        return new ReadChannel(file, file(file));
    }

    @Override
    public synchronized byte[] read(Path file) throws IOException {
        checkPower();
        return file(file).bytes();
    }

    @Override
    public synchronized long size(Path file) throws IOException {
        checkPower();
        return file(file).size();
    }

    /** Touches all files. */
    public synchronized void touchAll(Instant now) {
        modified = now;
    }

    /** The same time until somebody touches the files: nobody else writes to this disk. */
    @Override
    public synchronized Instant modifiedAt(Path file) throws IOException {
        checkPower();
        file(file);
        return modified;
    }

    @Override
    public synchronized long stamp(Path path) throws IOException {
        checkPower();
        UnforcedNames.Node node = names.find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        long bytes = node instanceof UnforcedBytes content ? content.size() : 0;
        UnforcedNames.Look look = node.look();
        return FileStamp.of(bytes, modified, Instant.ofEpochSecond(look.changes), look.number);
    }

    @Override
    public synchronized boolean exists(Path path) {
        try {
            checkPower();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names.find(path) != null;
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        checkPower();
        UnforcedNames.Node node = names.find(from);
        if (node == null) {
            throw new NoSuchFileException(from.toString());
        }
        names.parentOf(to);
        UnforcedNames.Node replaced = names.find(to);
        if (replaced == node) {
            return;
        }
        if (replaced != null
                && (replaced instanceof UnforcedNames.Directory || node instanceof UnforcedNames.Directory)) {
            throw new FileSystemException(
                    from.toString(), to.toString(), "a directory is not replaced, and replaces nothing");
        }
        operation("move " + from + " to " + to, false, () -> names.name(to, node));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        checkPower();
        UnforcedNames.Node node = names.find(path);
        if (node == null) {
            return;
        }
        if (node instanceof UnforcedNames.Directory directory && !directory.seen.isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        operation("delete " + path, false, () -> names.delete(path));
    }

    @Override
    public synchronized boolean isDirectory(Path path) {
        return names.find(path) instanceof UnforcedNames.Directory;
    }

    @Override
    public synchronized void createDirectory(Path directory) throws IOException {
        checkPower();
        UnforcedNames.Node node = names.find(directory);
        if (node instanceof UnforcedBytes) {
            throw new FileAlreadyExistsException(directory.toString());
        }
        if (node == null) {
            names.parentOf(directory);
            operation("create " + directory, true, () -> names.name(directory, new UnforcedNames.Directory()));
        }
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        checkPower();
        return names.directory(directory).seen.keySet().stream()
                .map(directory::resolve)
                .sorted()
                .toList();
    }

    /** When it fails the names stay to be forced: they go through a journal, of which nothing is dropped. */
    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        checkPower();
        UnforcedNames.Directory node = names.directory(directory);
        operation("force " + directory, false, () -> names.force(node));
    }

    private UnforcedBytes file(Path file) throws IOException {
        UnforcedNames.Node node = names.find(file);
        if (node == null) {
            throw new NoSuchFileException(file.toString());
        }
        if (node instanceof UnforcedBytes bytes) {
            return bytes;
        }
        throw new FileSystemException(file.toString(), null, "Is a directory");
    }

    private void checkPower() throws PowerCutException {
        if (!powered) {
            throw new PowerCutException("the power was cut at operation " + operations);
        }
    }

    private void operation(String what, boolean needsRoom, Change whole) throws IOException {
        operation(what, needsRoom, whole, () -> {});
    }

    /** Makes a change that can be made, wholly or, when it is to fail, in part. */
    private void operation(String what, boolean needsRoom, Change whole, Change failed) throws IOException {
        operations++;
        if (operations == cutPowerAt) {
            whole.make(); // and when power is restored it is decided how much of it was
            powered = false;
            throw new PowerCutException("power cut at operation " + operations + ", " + what);
        }
        if (operations == killProcessAt) {
            (needsRoom ? failed : whole).make();
            killed = true;
            powered = false;
            throw new PowerCutException("process killed at operation " + operations + ", " + what);
        }
        IOException failure = failures.get(operations);
        if (failure == null && needsRoom && operations >= fullFrom) {
            failure = new DiskFullException(
                    "No room for operation " + operations + ", " + what, new IOException("No space left on device"));
        }
        if (failure != null) {
            failed.make();
            throw failure;
        }
        whole.make();
    }

    private interface Change {
        void make() throws IOException;
    }

    /** Usable until it is closed or the next crash. */
    private abstract class Opened implements Channel {
        final Path path;
        final UnforcedBytes content;
        private final int openedAfter = crashes;
        private boolean open = true;

        Opened(Path path, UnforcedBytes content) {
            this.path = path;
            this.content = content;
        }

        void checkUsable() throws IOException {
            checkPower();
            if (crashes != openedAfter) {
                throw new IOException(path + " was opened before the crash");
            }
            if (!open) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public boolean isOpen() {
            synchronized (CrashingDisk.this) {
                return open;
            }
        }

        @Override
        public void close() {
            synchronized (CrashingDisk.this) {
                open = false;
            }
        }
    }

    private final class OpenFile extends Opened implements DiskFile {
        OpenFile(Path path, UnforcedBytes content) {
            super(path, content);
        }

        @Override
        public long size() throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                return content.size();
            }
        }

        @Override
        public void append(byte[] source, int start, int end) throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                operation(
                        "append to " + path,
                        true,
                        () -> content.append(source, start, end),
                        () -> content.append(source, start, start + random.nextInt(end - start + 1)));
            }
        }

        @Override
        public void cutBack(long size) throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                operation("cut back " + path, false, () -> content.cutBack((int) Math.min(size, content.size())));
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                operation("force " + path, false, content::force, () -> content.failToForce(random));
            }
        }
    }

    private final class ReadChannel extends Opened implements SeekableByteChannel {
        private long position;

        ReadChannel(Path path, UnforcedBytes content) {
            super(path, content);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                if (position >= content.size()) {
                    return target.hasRemaining() ? -1 : 0;
                }
                int count = content.read((int) position, target);
                position += count;
                return count;
            }
        }

        @Override
        public long position() throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                return position;
            }
        }

        @Override
        public SeekableByteChannel position(long newPosition) throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                position = newPosition;
                return this;
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (CrashingDisk.this) {
                checkUsable();
                return content.size();
            }
        }

        @Override
        public int write(ByteBuffer source) {
            throw new NonWritableChannelException();
        }

        @Override
        public SeekableByteChannel truncate(long size) {
            throw new NonWritableChannelException();
        }
    }
}
