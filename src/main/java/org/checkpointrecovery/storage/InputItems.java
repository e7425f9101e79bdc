package org.checkpointrecovery.storage;

import java.io.IOException;
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
     * @throws CsvHeader.BadHeaderException if the first record of a CSV input cannot name the fields of the others
     */
    static InputItems of(Input input, Disk disk, Format format, long endBytes, int maxItemBytes) throws IOException {
        LineSource.Lines lines = lines(input, format, endBytes, maxItemBytes);
        CsvHeader header = format.kind() == Format.Kind.CSV
                ? CsvHeader.read(input.open(disk), lines).orElse(null)
                : null;
        return new InputItems(input, disk, lines, header);
    }

    private static LineSource.Lines lines(Input input, Format format, long endBytes, int maxItemBytes) {
        boolean copies = input.indexes() != null; // each line of them is an item
        boolean skipMark = !input.asSent() && format.kind() != Format.Kind.RAW_LINES;
        boolean skipBlank = switch (format.kind()) {
            case LINES, JSONL -> !copies;
            case RAW_LINES -> false;
            case CSV -> true; // no record is an empty line
        };
        return new LineSource.Lines(endBytes, maxItemBytes, format, skipMark, skipBlank);
    }

    /** Opens the input where a run begins. */
    public ItemSource open(Position from) throws IOException {
        long position = header == null ? from.inputBytes() : Math.max(from.inputBytes(), header.behindBytes());
        ItemSource source = new LineSource(input.open(disk), lines, position, from.nextItem());
        if (input.indexes() == null) {
            return source;
        }
        try {
            return new RenumberedSource(source, input.openIndexes(disk), from.nextItem());
        } catch (IOException e) {
            source.close();
            throw e;
        }
    }

    /** A decoder of these items, for one thread. */
    public ItemDecoder decoder() {
        return ItemDecoders.of(lines.format(), header);
    }

    /** The record that names the fields; null unless the items are CSV and there is one. */
    public @Nullable CsvHeader header() {
        return header;
    }
}
