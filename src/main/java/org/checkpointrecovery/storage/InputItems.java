package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.zip.CRC32C;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.ItemDecoder;
import org.checkpointrecovery.item.ItemDecoders;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.item.RecordFormat;
import org.checkpointrecovery.item.RenumberedSource;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.Position;
import org.jspecify.annotations.Nullable;

/** The items of an input in its format. The header of a CSV input has been read. */
public final class InputItems {
    private final Input input;
    private final Disk disk;
    private final LineSource.Lines lines;
    private final @Nullable CsvHeader header;

    private InputItems(Input input, Disk disk, LineSource.Lines lines, @Nullable CsvHeader header) {
        this.input = input;
        this.disk = disk;
        this.lines = lines;
        this.header = header;
    }

    /**
     * @param endBytes the size of the input when the job was submitted
     * @param maxItemBytes the maximum size of an item; longer items are cut
     * @throws CsvHeader.BadHeaderException if the start of a CSV input does not match the format
     */
    static InputItems of(Input input, Disk disk, Format format, long endBytes, int maxItemBytes) throws IOException {
        RecordFormat kind = RecordFormat.of(format);
        boolean copies = areCopies(input);
        LineSource.Lines lines = kind.lines(format, endBytes, maxItemBytes, input.asSent(), copies);
        CsvHeader header = kind.header(() -> input.open(disk), lines, copies).orElse(null);
        return new InputItems(input, disk, header == null ? lines : lines.in(header.format()), header);
    }

    /** Whether the items are copies of another job's items, so that each line is one. */
    private static boolean areCopies(Input input) {
        return input.indexes() != null;
    }

    /** Opens the input where a run starts. */
    public ItemSource open(Position from) throws IOException {
        return open(from, null);
    }

    /** Does the same. If others may write to the input, the items also carry the checksum of the bytes read. */
    public ItemSource openWithChecksum(Position from) throws IOException {
        return open(from, input.foreign() ? new CRC32C() : null);
    }

    private ItemSource open(Position from, @Nullable CRC32C crc) throws IOException {
        long position = Math.max(from.inputBytes(), firstByte());
        LineSource lineSource = new LineSource(input.open(disk), lines, position, from.nextItem());
        if (crc != null) {
            try (SeekableByteChannel channel = input.open(disk)) {
                InputIdentities.update(crc, channel, from.inputBytes(), position); // the header was not consumed yet
            } catch (IOException | RuntimeException e) {
                lineSource.close();
                throw e;
            }
            lineSource.computeChecksum(crc);
        }
        ItemSource source = lineSource;
        if (!areCopies(input)) {
            return source;
        }
        try {
            return new RenumberedSource(source, input.openIndexes(disk), from.nextItem());
        } catch (IOException e) {
            source.close();
            throw e;
        }
    }

    /** Returns where the search for the first item starts. */
    private long firstByte() {
        return header != null
                ? header.dataStartBytes()
                : RecordFormat.of(lines.format()).firstByteWithoutHeader(lines);
    }

    /** Returns a decoder of these items for one thread. It fails items that are too long. */
    public ItemDecoder decoder() {
        return ItemDecoders.of(lines, header, areCopies(input));
    }

    /** Returns the format of the items; for CSV with the input's delimiter. */
    public Format format() {
        return lines.format();
    }

    /** Returns the header that names the fields; null unless the items are CSV and there is a record. */
    public @Nullable CsvHeader header() {
        return header;
    }
}
