package org.checkpointrecovery.item;

import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** Bytes that come a few at a time. */
class SlowChannel implements SeekableByteChannel {
    private final byte[] content;
    private final int bytesAtATime;
    private long position;
    private boolean closed;

    SlowChannel(byte[] content, int bytesAtATime) {
        this.content = content;
        this.bytesAtATime = bytesAtATime;
    }

    @Override
    public int read(ByteBuffer target) {
        if (position >= size()) {
            return -1;
        }
        int count = (int) Math.min(size() - position, Math.min(bytesAtATime, target.remaining()));
        copy(position, target, count);
        position += count;
        return count;
    }

    void copy(long from, ByteBuffer target, int count) {
        target.put(content, (int) from, count);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return content.length;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
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
