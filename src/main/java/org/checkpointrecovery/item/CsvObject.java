package org.checkpointrecovery.item;

import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/** Decodes CSV records to JSON objects of strings, with the header's names in the header's order. */
final class CsvObject implements ItemDecoder {
    private final CsvHeader header;
    private final CsvFields fields;
    private final JsonBytes json = new JsonBytes(1024);
    private final Item item = new Item(json.array(), 0, 0, 0, false);

    CsvObject(CsvHeader header, Format format) {
        this.header = header;
        this.fields = new CsvFields(format);
    }

    @Override
    public @Nullable ItemFailure decode(Item raw) {
        ItemFailure failure = fields.take(raw);
        if (failure != null) {
            return failure;
        }
        List<String> values = fields.values();
        if (values.size() != header.names().size()) {
            return fields.bad("The record has " + counted(values.size()) + ", but the header has "
                    + header.names().size() + ".");
        }
        json.clear();
        json.raw('{');
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                json.raw(',');
            }
            json.string(header.names().get(i)).raw(':').string(values.get(i));
        }
        json.raw('}');
        item.set(json.array(), 0, json.length(), raw.index(), null);
        return null;
    }

    private static String counted(int fields) {
        return fields == 1 ? "1 field" : fields + " fields";
    }

    @Override
    public Item decoded() {
        return item;
    }
}
