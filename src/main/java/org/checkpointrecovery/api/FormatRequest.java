package org.checkpointrecovery.api;

import org.checkpointrecovery.description.FormatDescription;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.item.RecordFormat;
import org.checkpointrecovery.job.Format;

/** Reads the fields of a spec that define the items: {@code format} and the options of formats. */
final class FormatRequest {
    private FormatRequest() {}

    static Format read(Fields fields) {
        Format.Kind kind = fields.constant("format", Format.Kind.class, Format.Kind.LINES);
        for (FormatDescription format : RecordFormat.descriptions()) {
            for (Option option : format.options()) {
                if (fields.json(option.name()) != null && format.kind() != kind) {
                    fields.error(
                            option.name(),
                            "is only supported for the format \""
                                    + format.kind().text() + "\"");
                }
            }
        }
        return RecordFormat.of(kind).read(fields.object(), fields.report());
    }
}
