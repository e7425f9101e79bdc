package org.checkpointrecovery.item;

import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/** Fails items that are longer than the limit, and passes the others to another decoder. */
final class TooLong implements ItemDecoder {
    private final ItemDecoder decoder;
    private final LineSource.Lines lines;
    private final boolean copies;

    /**
     * @param copies whether the items were copied from another input, so that their positions in this one are
     * meaningless
     */
    TooLong(ItemDecoder decoder, LineSource.Lines lines, boolean copies) {
        this.decoder = decoder;
        this.lines = lines;
        this.copies = copies;
    }

    @Override
    public @Nullable ItemFailure decode(Item raw) {
        Item.Extent extent = raw.extent();
        return extent == null ? decoder.decode(raw) : failure(extent, lines.format());
    }

    private ItemFailure failure(Item.Extent extent, Format format) {
        StringBuilder message = new StringBuilder("The item is longer than ")
                .append(lines.maxItemBytes())
                .append(" bytes (--max-item-bytes).");
        if (!copies) {
            message.append(" It begins at byte offset ").append(extent.offset()).append(" of the input.");
        }
        if (format.isQuoted()) {
            message.append(linesHeld(extent.lines()));
        }
        return new ItemFailure(ItemErrorCode.ITEM_TOO_LONG, message.toString());
    }

    /** Returns a sentence with a hint for a record of several lines; empty for one line. */
    static String linesHeld(long lines) {
        return lines == 1 ? "" : " The record spans " + lines + " lines. Send " + OpenQuoteException.REMEDY + ".";
    }

    @Override
    public Item decoded() {
        return decoder.decoded();
    }
}
