package org.checkpointrecovery.item;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.description.Choice;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.description.Text;
import org.checkpointrecovery.description.WholeNumber;
import org.checkpointrecovery.job.Format;

/** The options of CSV. */
final class CsvOptions {
    private static final Option DELIMITER = Option.optional(
            "delimiter",
            new Text(
                    1,
                    1,
                    text -> text.length() == 1 && Format.isDelimiter(text.charAt(0))
                            ? null
                            : "must be one printable ASCII character or a tab, and not a quotation mark (got \""
                                    + Shown.cut(text) + "\")"),
            "Character between fields (default: from the file's sep= line, or a comma)");
    private static final Option HEADER = Option.optional(
            "header",
            new FieldNamesType(),
            "first: the first record names the fields; none: they are column_1, column_2, ...; or their names (default:"
                    + " first)");
    private static final Option SKIP_RECORDS = Option.optional(
            "skipRecords",
            new WholeNumber(0, Format.MAX_SKIP_RECORDS),
            "Records to skip before the header or the first item (default: 0)");
    private static final Option QUOTE = Option.optional(
            "quote",
            Choice.of(Format.Quote.class),
            "double: quotation marks enclose fields; none: they are ordinary characters, and every line is a record"
                    + " (default: double)");

    static final List<Option> ALL = List.of(DELIMITER, HEADER, SKIP_RECORDS, QUOTE);

    private CsvOptions() {}

    static Format read(ObjectNode given, Report report) {
        Format format = Format.of(Format.Kind.CSV);
        Optional<JsonNode> delimiter = value(DELIMITER, given, report);
        if (delimiter.isPresent()) {
            format = format.withDelimiter(delimiter.get().textValue().charAt(0));
        }
        Optional<JsonNode> header = value(HEADER, given, report);
        if (header.isPresent()) {
            format = format.withNames(FieldNamesType.names(header.get()));
        }
        Optional<JsonNode> skipRecords = value(SKIP_RECORDS, given, report);
        if (skipRecords.isPresent()) {
            format = format.withSkipRecords(skipRecords.get().intValue());
        }
        Optional<JsonNode> quote = value(QUOTE, given, report);
        for (Format.Quote one : Format.Quote.values()) {
            if (quote.isPresent() && one.text().equals(quote.get().textValue())) {
                format = format.withQuote(one);
            }
        }
        return format;
    }

    /** Returns a value; empty for the default, and after a report. */
    private static Optional<JsonNode> value(Option option, ObjectNode given, Report report) {
        return Optional.ofNullable(option.read(given, report)).filter(value -> !value.isNull());
    }
}
