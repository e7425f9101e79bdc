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
 * Bytes that wait: the first {@value #MEMORY_BYTES} in memory, more of
 * them in a temporary file. The file is open only while
 * some bytes are written or read, so that a spool that waits for a slow client holds no descriptor. Used by one thread at a
 * time. Closing it deletes its file.
 */
public final class Spool extends OutputStream {
    /** What is held in memory at most. */
    public static final int MEMORY_BYTES = 32 * 1024;

    /** An answer of ordinary size does not fail for want of disk space. */
    private static final int MEMORY_BYTES_ON_FULL_DISK = 2 * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private final Disk disk;
    private final Path path;
    private ByteArrayOutputStream memory = new ByteArrayOutputStream(512);
    private long fileBytes;
    private boolean hasFile;
    /** Why no more is written to the file, or null. */
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

    /** What a failed call has written to the file is never read. */
    private void spill() throws IOException {
        try (DiskFile file = disk.open(path)) {
            hasFile = true;
            byte[] held = memory.toByteArray();
            file.append(held, 0, held.length);
            fileBytes += held.length;
            memory = new ByteArrayOutputStream(512);
        }
    }

    /** How many bytes were written. */
    public long length() {
        return fileBytes + memory.size();
    }

    /** Whether all bytes are in memory. */
    public boolean isInMemory() {
        return fileBytes == 0;
    }

    /** Some bytes from a position on, at least one; empty at the end. */
    public byte[] read(long position, int most) throws IOException {
        if (position >= fileBytes) {
            byte[] held = memory.toByteArray();
            int from = (int) Math.min(position - fileBytes, held.length);
            byte[] part = new byte[Math.min(most, held.length - from)];
            System.arraycopy(held, from, part, 0, part.length);
            return part;
        }
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(most, fileBytes - position));
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

    /** All bytes, for a spool whose length its writer has limited. */
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

    /** The bytes from the first one on. Nothing may be written until the stream is closed. */
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

    /** Never throws: a file that cannot be deleted now is deleted at the next start. */
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
