package org.checkpointrecovery.engine.run;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.ResultsLayout;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.IndexedPart;
import org.checkpointrecovery.storage.IndexedPart.Bytes;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.PartIndex;
import org.checkpointrecovery.storage.Parts;
import org.jspecify.annotations.Nullable;

/**
 * Leaves the outcomes in the parts where they are, and appends a line for each part to the index. At the end, copies them
 * into one file if the spec says so, or if they are few.
 */
public final class PartSink implements Sink {
    /** Results and errors that become one file each if the spec says nothing: what a disk copies in a second. */
    private static final long SINGLE_FILE_BYTES = 64L * 1024 * 1024;

    private final Disk disk;
    private final JobFiles files;
    private final @Nullable ResultsLayout layout;
    private final DiskFile index;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    /** Not in {@link #lines} yet, so that more of the same part may be added to it. */
    private @Nullable IndexedPart last;

    private long nextItem;
    private long resultsBytes;
    private long errorsBytes;
    private boolean forced = true;

    private PartSink(Disk disk, JobFiles files, @Nullable ResultsLayout layout, DiskFile index, Position from) {
        this.disk = disk;
        this.files = files;
        this.layout = layout;
        this.index = index;
        this.nextItem = from.nextItem();
        this.resultsBytes = from.resultsBytes();
        this.errorsBytes = from.errorsBytes();
    }

    /**
     * Opens the index, creates a missing one, and truncates it to the position where a run starts.
     *
     * @param layout what the spec says
     * @throws org.checkpointrecovery.storage.DamagedFileException if committed outcomes are missing; nothing was changed
     */
    public static PartSink open(Disk disk, JobFiles files, @Nullable ResultsLayout layout, Position from)
            throws IOException {
        boolean created = !disk.exists(files.partIndex());
        if (created && from.nextItem() > 0) {
            Parts.checkOwn(disk, files, from);
        }
        long end = created || from.nextItem() == 0 ? 0 : PartIndex.endBefore(disk, files, from.nextItem());
        if (from.nextItem() == 0) {
            disk.delete(files.results());
            disk.delete(files.errors());
        }
        DiskFile index = disk.open(files.partIndex());
        try {
            PartSink sink = new PartSink(disk, files, layout, index, from);
            if (index.size() != end) {
                index.cutBack(end);
                sink.forced = false;
            }
            if (created) {
                // The name must be durable before a checkpoint counts what the index has.
                disk.forceDirectory(files.directory());
            }
            if (created && from.nextItem() > 0) {
                sink.last = new IndexedPart(
                        IndexedPart.OWN,
                        0,
                        from.succeeded(),
                        from.failed(),
                        new Bytes(0, from.resultsBytes(), 0),
                        new Bytes(0, from.errorsBytes(), 0));
                sink.force();
            }
            return sink;
        } catch (IOException e) {
            try {
                index.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    @Override
    public void append(Slice slice) {
        Slice.Stored stored = requireNonNull(slice.stored);
        // A checkpoint is where a batch ends, and a line must end there.
        boolean continues = last != null && last.part() == stored.part() && slice.endsBatch;
        if (!continues) {
            writeLast();
        }
        IndexedPart before = last;
        last = before == null
                ? new IndexedPart(
                        stored.part(),
                        nextItem,
                        slice.succeeded,
                        slice.failed,
                        new Bytes(resultsBytes, stored.resultsBytes(), stored.resultsAt()),
                        new Bytes(errorsBytes, stored.errorsBytes(), stored.errorsAt()))
                : before.and(slice.succeeded, slice.failed, stored.resultsBytes(), stored.errorsBytes());
        nextItem += slice.succeeded + slice.failed;
        resultsBytes += stored.resultsBytes();
        errorsBytes += stored.errorsBytes();
    }

    private void writeLast() {
        if (last != null) {
            lines.writeBytes(PartIndex.line(last));
            last = null;
            forced = false;
        }
    }

    @Override
    public void force() throws IOException {
        writeLast();
        if (!forced) {
            index.append(lines.toByteArray(), 0, lines.size());
            lines.reset();
            index.force();
            forced = true;
        }
    }

    @Override
    public long resultsBytes() {
        return resultsBytes;
    }

    @Override
    public long errorsBytes() {
        return errorsBytes;
    }

    @Override
    public boolean complete(BooleanSupplier toEnd) throws IOException {
        boolean single =
                layout == null ? resultsBytes + errorsBytes <= SINGLE_FILE_BYTES : layout == ResultsLayout.SINGLE_FILE;
        return !single || new Parts(disk, files).write(resultsBytes, errorsBytes, toEnd);
    }

    @Override
    public void close() throws IOException {
        index.close();
    }
}
