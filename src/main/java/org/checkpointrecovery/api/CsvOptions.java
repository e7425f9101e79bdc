package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;

/** The fields of a spec that define the items: {@code format} and the options of CSV. */
final class CsvOptions {
    static final String FIRST = "first";
    static final String NONE = "none";

    private CsvOptions() {}

    static Format format(Fields fields) {
        Format.Kind kind = fields.constant("format", Format.Kind.class, Format.Kind.LINES);
        Format format = Format.of(kind);
        fields.know("delimiter", "header", "skipRecords", "quote");
        if (kind != Format.Kind.CSV) {
            for (String name : List.of("delimiter", "header", "skipRecords", "quote")) {
                if (fields.json(name) != null) {
                    fields.error(name, "is only supported for the format \"csv\"");
                }
            }
            return format;
        }
        format = delimiter(fields, format).withNames(names(fields));
        if (fields.json("skipRecords") != null) {
            format = format.withSkipRecords((int) fields.number("skipRecords", 0, Format.MAX_SKIP_RECORDS, 0));
        }
        return fields.json("quote") == null
                ? format
                : format.withQuote(fields.constant("quote", Format.Quote.class, Format.Quote.DOUBLE));
    }

    private static Format delimiter(Fields fields, Format format) {
        String delimiter = fields.text("delimiter");
        if (delimiter == null) {
            return format;
        }
        if (delimiter.length() == 1 && Format.isDelimiter(delimiter.charAt(0))) {
            return format.withDelimiter(delimiter.charAt(0));
        }
        fields.error(
                "delimiter",
                "must be one printable ASCII character or a tab, and not a quotation mark (got \""
                        + Shown.cut(delimiter) + "\")");
        return format;
    }

    private static FieldNames names(Fields fields) {
        JsonNode header = fields.json("header");
        if (header == null) {
            return FieldNames.FIRST_RECORD;
        }
        if (header.isArray()) {
            return given(fields, header);
        }
        if (header.isTextual() && header.textValue().equals(NONE)) {
            return FieldNames.NUMBERED;
        }
        if (!header.isTextual() || !header.textValue().equals(FIRST)) {
            fields.error(
                    "header",
                    "must be \"" + FIRST + "\", \"" + NONE + "\" or an array of names (got " + Shown.value(header)
                            + ")");
        }
        return FieldNames.FIRST_RECORD;
    }

    private static FieldNames given(Fields fields, JsonNode header) {
        if (header.isEmpty() || header.size() > FieldNames.MAX_FIELDS) {
            fields.error("header", "must have 1 to " + FieldNames.MAX_FIELDS + " names (got " + header.size() + ")");
            return FieldNames.FIRST_RECORD;
        }
        int wrongBefore = fields.wrongCount();
        List<String> names = new ArrayList<>();
        Map<String, Integer> positions = new HashMap<>();
        for (int number = 0; number < header.size(); number++) {
            JsonNode element = header.get(number);
            String at = "header/" + number;
            if (!element.isTextual() || element.textValue().isEmpty()) {
                fields.errorAt(at, "must be a non-empty string (got " + Shown.value(element) + ")");
                continue;
            }
            String name = element.textValue();
            if (Labels.hasLoneSurrogate(name)) {
                fields.errorAt(at, "must not contain an unpaired surrogate");
            }
            Integer before = positions.putIfAbsent(name, number);
            if (before != null) {
                fields.errorAt(at, "duplicates the name at index " + before + ": " + Shown.value(element));
            }
            names.add(name);
        }
        return fields.wrongCount() == wrongBefore ? new FieldNames.Given(names) : FieldNames.FIRST_RECORD;
    }
}
