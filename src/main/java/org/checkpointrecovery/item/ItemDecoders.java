package org.checkpointrecovery.item;

import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/** Builds the decoders of a format. Thread-safe. */
public final class ItemDecoders {
    private ItemDecoders() {}

    /**
     * @param lines the definition of items
     * @param header of a CSV input; null if it has none, and so no items. Ignored for other formats
     * @param copies whether the items were copied from another input
     */
    public static ItemDecoder of(LineSource.Lines lines, @Nullable CsvHeader header, boolean copies) {
        return new TooLong(of(lines.format(), header), lines, copies);
    }

    /** Decodes items that are not cut. */
    static ItemDecoder of(Format format, @Nullable CsvHeader header) {
        return RecordFormat.of(format).decoder(format, header);
    }
}
