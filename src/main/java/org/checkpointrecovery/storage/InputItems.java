package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.zip.CRC32C;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.ItemDecoder;
import org.checkpointrecovery.item.ItemDecoders;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.item.RenumberedSource;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.Position;
import org.jspecify.annotations.Nullable;

/** The items of an input in its format; what must be known before the first of them, the header of CSV, is read. */
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
     * @param endBytes how long the input was when the job was submitted
     * @param maxItemBytes the longest item that is not cut
     * @throws CsvHeader.BadHeaderException if the beginning of a CSV input does not go with the format
     */
    static InputItems of(Input input, Disk disk, Format format, long endBytes, int maxItemBytes) throws IOException {
        LineSource.Lines lines = lines(input, format, endBytes, maxItemBytes);
        CsvHeader header = format.kind() == Format.Kind.CSV
                ? CsvHeader.read(input.open(disk), lines, areCopies(input)).orElse(null)
                : null;
        return new InputItems(input, disk, header == null ? lines : lines.in(header.format()), header);
    }

    private static LineSource.Lines lines(Input input, Format format, long endBytes, int maxItemBytes) {
        boolean skipMark = !input.asSent() && format.kind() != Format.Kind.RAW_LINES;
        boolean skipBlank = switch (format.kind()) {
            case LINES, JSONL -> !areCopies(input);
            case RAW_LINES -> false;
            case CSV -> true; // no record is an empty line
        };
        return new LineSource.Lines(endBytes, maxItemBytes, format, skipMark, skipBlank);
    }

    /** Each line of copies is an item. */
    private static boolean areCopies(Input input) {
        return input.indexes() != null;
    }

    /** Opens the input where a run begins. */
    public ItemSource open(Position from) throws IOException {
        return open(from, null);
    }

    /** Does the same; if others may write to the input, the items say what the checksum of the bytes from there is. */
    public ItemSource openWithChecksum(Position from) throws IOException {
        return open(from, input.foreign() ? new CRC32C() : null);
    }

    private ItemSource open(Position from, @Nullable CRC32C crc) throws IOException {
        long position = Math.max(from.inputBytes(), firstByte());
        LineSource lineSource = new LineSource(input.open(disk), lines, position, from.nextItem());
        if (crc != null) {
            try (SeekableByteChannel channel = input.open(disk)) {
                InputIdentities.update(crc, channel, from.inputBytes(), position); // a header that was not read yet
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

    /** Where the first item is looked for. A CSV input whose fields cannot be known has none. */
    private long firstByte() {
        if (header != null) {
            return header.behindBytes();
        }
        return lines.format().kind() == Format.Kind.CSV ? lines.endBytes() : 0;
    }

    /** A decoder of these items, for one thread. Fails those that are too long. */
    public ItemDecoder decoder() {
        return ItemDecoders.of(lines, header, areCopies(input));
    }

    /** The format of the items; of CSV with the delimiter that the input has. */
    public Format format() {
        return lines.format();
    }

    /** What names the fields; null unless the items are CSV and there is a record. */
    public @Nullable CsvHeader header() {
        return header;
    }
}
