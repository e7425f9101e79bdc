package org.checkpointrecovery.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Buffers bytes: the first {@value #MEMORY_BYTES} in memory, the rest in a temporary file. The file is open only during
 * reads and writes, so a spool that waits for a slow client holds no descriptor. Used by one thread at a time. Closing
 * it deletes the file.
 */
public final class Spool extends OutputStream {
    /** Maximum bytes held in memory. */
    public static final int MEMORY_BYTES = 32 * 1024;

    /**
     * Maximum bytes held in memory if the disk is full, so that an ordinary response does not fail for lack of space.
     */
    private static final int MEMORY_BYTES_ON_FULL_DISK = 2 * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private final Disk disk;
    private final Path path;
    private ByteArrayOutputStream memory = new ByteArrayOutputStream(512);
    private long fileBytes;
    private boolean hasFile;
    /** Why the file is no longer written to, or null. */
    private @Nullable IOException failure;

    private boolean closed;

    Spool(Disk disk, Path path) {
        this.disk = disk;
        this.path = path;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        if (memory.size() + count <= (failure == null ? MEMORY_BYTES : MEMORY_BYTES_ON_FULL_DISK)) {
            memory.write(bytes, from, count);
            return;
        }
        if (failure != null) {
            throw failure;
        }
        memory.write(bytes, from, count);
        try {
            spill();
        } catch (IOException e) {
            if (memory.size() > MEMORY_BYTES_ON_FULL_DISK) {
                throw e;
            }
            failure = e;
        }
    }

    /** Moves the bytes in memory to the file. Bytes of a failed write are never read. */
    private void spill() throws IOException {
        try (DiskFile file = disk.open(path)) {
            hasFile = true;
            byte[] held = memory.toByteArray();
            file.append(held, 0, held.length);
            fileBytes += held.length;
            memory = new ByteArrayOutputStream(512);
        }
    }

    /** Returns the number of bytes written. */
    public long length() {
        return fileBytes + memory.size();
    }

    /** Whether all bytes are in memory. */
    public boolean isInMemory() {
        return fileBytes == 0;
    }

    /** Returns at least one byte from a position; empty at the end. */
    public byte[] read(long position, int max) throws IOException {
        if (position >= fileBytes) {
            byte[] held = memory.toByteArray();
            int from = (int) Math.min(position - fileBytes, held.length);
            byte[] part = new byte[Math.min(max, held.length - from)];
            System.arraycopy(held, from, part, 0, part.length);
            return part;
        }
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(max, fileBytes - position));
        try (SeekableByteChannel channel = disk.openForRead(path)) {
            channel.position(position);
            while (part.hasRemaining()) {
                if (channel.read(part) < 0) {
                    throw new EOFException("temporary file is truncated: " + path);
                }
            }
        }
        return part.array();
    }

    /** Returns all bytes. Only for a spool whose writer limits its length. */
    public byte[] readAll() throws IOException {
        if (isInMemory()) {
            return memory.toByteArray();
        }
        byte[] all = new byte[Math.toIntExact(length())];
        for (int at = 0; at < all.length; ) {
            byte[] part = read(at, all.length - at);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** Reads the bytes from the start. Do not write until the stream is closed. */
    public InputStream input() throws IOException {
        if (isInMemory()) {
            return new ByteArrayInputStream(memory.toByteArray());
        }
        if (failure != null) {
            throw failure;
        }
        spill();
        return Channels.newInputStream(disk.openForRead(path));
    }

    /** Deletes the file. Never throws: the next start deletes a file that cannot be deleted now. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        memory = new ByteArrayOutputStream(0);
        if (hasFile) {
            try {
                disk.delete(path);
            } catch (IOException | UncheckedIOException e) {
                log.warn("Cannot delete {}: {}. The next start deletes it.", path, e.toString());
            }
        }
    }
}
