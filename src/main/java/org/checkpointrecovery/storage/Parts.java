package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.job.Position;

/**
 * Copies the parts of a job, one behind the other, into one file of results and one of errors. The parts are deleted only
 * when the job is COMPLETED, so a crash before that loses nothing.
 */
public final class Parts {
    private final Disk disk;
    private final JobFiles files;

    public Parts(Disk disk, JobFiles files) {
        this.disk = disk;
        this.files = files;
    }

    /** @throws DamagedFileException if the two files have less than is committed */
    public static void checkOwn(Disk disk, JobFiles files, Position committed) throws IOException {
        for (Output output : Output.values()) {
            long size = disk.exists(output.in(files)) ? disk.size(output.in(files)) : 0;
            if (size < output.bytes(committed)) {
                throw new DamagedFileException("File " + files.partIndex().getFileName() + " is missing, and "
                        + output.in(files).getFileName() + " has " + size + " bytes, but the checkpoint expects "
                        + output.bytes(committed) + ". Nothing was changed. Restore the file and resume, or submit"
                        + " the job again.");
            }
        }
    }

    /**
     * Writes both files. On return they survive a power cut.
     *
     * @param toEnd polled; once it returns true, the call stops
     * @return whether they are complete
     * @throws DamagedFileException if the parts have less than that
     */
    public boolean write(long resultsBytes, long errorsBytes, BooleanSupplier toEnd) throws IOException {
        boolean whole = write(Output.RESULTS, resultsBytes, toEnd) && write(Output.ERRORS, errorsBytes, toEnd);
        if (whole) {
            disk.forceDirectory(files.directory());
        }
        return whole;
    }

    private boolean write(Output output, long bytes, BooleanSupplier toEnd) throws IOException {
        try (PartIndex index = PartIndex.open(disk, files);
                DiskFile file = disk.open(output.in(files))) {
            IndexedPart part = index.next();
            long end = 0;
            if (part != null && part.isOwn()) {
                end = output.in(part).end();
                part = index.next();
            }
            file.cutBack(end);
            for (; end < bytes && part != null; part = index.next()) {
                if (toEnd.getAsBoolean()) {
                    return false;
                }
                append(output, part, file);
                end = output.in(part).end();
            }
            if (file.size() != bytes) {
                throw new DamagedFileException("The parts have " + file.size() + " bytes of "
                        + output.in(files).getFileName() + ", but " + bytes + " are committed. Nothing was changed."
                        + " Restore the parts and resume, or submit the job again.");
            }
            file.force();
            return true;
        }
    }

    private void append(Output output, IndexedPart part, DiskFile file) throws IOException {
        IndexedPart.Bytes place = output.in(part);
        if (place.length() == 0) {
            return;
        }
        try (SeekableByteChannel from = disk.openForRead(output.in(files, part))) {
            file.append(from.position(place.at()), place.length());
        }
    }

    private void deleteCopies() throws IOException {
        try (PartIndex index = PartIndex.open(disk, files)) {
            IndexedPart first = index.next();
            if (first == null || !first.isOwn()) {
                disk.delete(files.results());
                disk.delete(files.errors());
            }
        } catch (NoSuchFileException e) {
            // nothing is committed
        }
    }

    /** Whether the two files have everything of a COMPLETED job, so that it needs no parts. */
    public boolean areWhole(Position committed) throws IOException {
        for (Output output : Output.values()) {
            if (!disk.isFile(output.in(files)) || disk.size(output.in(files)) != output.bytes(committed)) {
                return false;
            }
        }
        return true;
    }

    /** Deletes the parts of a job, first what tells that there are some. */
    public void delete() throws IOException {
        if (disk.exists(files.partIndex())) {
            disk.delete(files.partIndex());
            disk.forceDirectory(files.directory());
        }
        disk.deleteTree(files.parts());
    }

    /**
     * Deletes the parts that are not committed, and what was copied of the others.
     *
     * @param nextItem the first item that is not committed
     */
    public void deleteUncommitted(long nextItem) throws IOException {
        if (!disk.isDirectory(files.parts())) {
            return;
        }
        deleteCopies();
        for (Path group : disk.list(files.parts())) {
            if (disk.isDirectory(group)) {
                for (Path part : disk.list(group)) {
                    String name = part.getFileName().toString();
                    if (name.compareTo(PartFiles.name(nextItem)) >= 0) {
                        disk.deleteTree(part);
                    }
                }
            }
        }
    }
}
