package org.checkpointrecovery.engine;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.ForwardingDisk;

/** A disk on which one file cannot be forced until the gate is opened. */
final class GatedDisk extends ForwardingDisk {

    private final String name;
    private final AtomicInteger before;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    /** @param name of the file or directory, wherever it is */
    GatedDisk(Disk disk, String name) {
        this(disk, name, 0);
    }

    /** @param before how often it is forced without a gate */
    GatedDisk(Disk disk, String name, int before) {
        super(disk);
        this.name = name;
        this.before = new AtomicInteger(before);
    }

    /** Whether someone waits to force it, or has waited. */
    boolean isReached() {
        return arrived.getCount() == 0;
    }

    void openGate() {
        gate.countDown();
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        DiskFile opened = super.open(file);
        if (!file.getFileName().toString().equals(name)) {
            return opened;
        }
        return new ForwardingFile(opened) {
            @Override
            public void force() throws IOException {
                pass();
                super.force();
            }
        };
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        if (directory.getFileName() != null
                && directory.getFileName().toString().equals(name)) {
            pass();
        }
        super.forceDirectory(directory);
    }

    /** Waits for the gate to open, if it is there. */
    private void pass() throws IOException {
        try {
            boolean gateIsThere = before.getAndDecrement() <= 0;
            if (gateIsThere) {
                arrived.countDown();
            }
            if (gateIsThere && !gate.await(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the gate was not opened");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
