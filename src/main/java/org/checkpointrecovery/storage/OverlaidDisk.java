package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A disk on which some files can be read before they are written. */
public final class OverlaidDisk extends ForwardingDisk {
    private final Function<Path, byte @Nullable []> contents;

    /** @param contents returns the content of a file that is not written yet; null for other files */
    public OverlaidDisk(Disk disk, Function<Path, byte @Nullable []> contents) {
        super(disk);
        this.contents = contents;
    }

    @Override
    public SeekableByteChannel openForRead(Path file) throws IOException {
        byte[] content = contents.apply(file);
        return content == null ? super.openForRead(file) : new BytesChannel(content);
    }

    @Override
    public byte[] read(Path file) throws IOException {
        byte[] content = contents.apply(file);
        return content == null ? super.read(file) : content.clone();
    }

    @Override
    public long size(Path file) throws IOException {
        byte[] content = contents.apply(file);
        return content == null ? super.size(file) : content.length;
    }
}
