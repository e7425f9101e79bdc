package org.checkpointrecovery.cli;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run} that say how a CSV file is read. */
final class CsvOptions {
    private static final String FIRST = "first";
    private static final String NONE = "none";

    @Option(
            names = "--delimiter",
            description =
                    "what stands between the fields, for --format csv (what the line sep= of the file says, or a comma)")
    private @Nullable String delimiter;

    @Option(
            names = "--csv-header",
            paramLabel = "first|none|NAME,...",
            description = "first: the first record names the fields; none: they are column_1, column_2 and so on;"
                    + " otherwise their names, separated by commas (first)")
    private @Nullable String header;

    @Option(
            names = "--csv-skip",
            paramLabel = "N",
            description = "records that are passed over before the header or the first item (0)")
    private @Nullable String skip;

    @Option(
            names = "--csv-quote",
            paramLabel = "double|none",
            description =
                    "double: quotation marks enclose fields; none: they are ordinary characters, and a record is a"
                            + " line (double)")
    private @Nullable String quote;

    Format format(Format.Kind kind, OptionValues values) {
        Format format = Format.of(kind);
        if (kind != Format.Kind.CSV) {
            refuse("--delimiter", delimiter, values);
            refuse("--csv-header", header, values);
            refuse("--csv-skip", skip, values);
            refuse("--csv-quote", quote, values);
            return format;
        }
        if (delimiter != null && delimiter.length() == 1 && Format.isDelimiter(delimiter.charAt(0))) {
            format = format.withDelimiter(delimiter.charAt(0));
        } else if (delimiter != null) {
            values.problem("--delimiter must be one ASCII character, printed or a tab, and no quotation mark, but is \""
                    + delimiter + "\"");
        }
        if (header != null) {
            format = format.withNames(names(header, values));
        }
        if (skip != null) {
            format = format.withSkipRecords((int) values.number("--csv-skip", skip, 0, Format.MAX_SKIP_RECORDS));
        }
        return quote == null ? format : format.withQuote(values.constant("--csv-quote", quote, Format.Quote.class));
    }

    private static void refuse(String option, @Nullable String value, OptionValues values) {
        if (value != null) {
            values.problem(option + " is for --format csv only");
        }
    }

    private static FieldNames names(String text, OptionValues values) {
        if (text.equals(FIRST)) {
            return FieldNames.FIRST_RECORD;
        }
        if (text.equals(NONE)) {
            return FieldNames.NUMBERED;
        }
        if (text.equalsIgnoreCase(FIRST) || text.equalsIgnoreCase(NONE)) {
            values.problem("--csv-header " + text + " must be written in lower case");
            return FieldNames.FIRST_RECORD;
        }
        List<String> names = Arrays.asList(text.split(",", -1));
        Set<String> distinct = new HashSet<>(names);
        if (distinct.contains("") || distinct.size() < names.size() || names.size() > FieldNames.MAX_FIELDS) {
            values.problem("--csv-header must be first, none, or 1 to " + FieldNames.MAX_FIELDS
                    + " names of fields separated by commas, none empty and no two the same, but is \"" + text + "\"");
            return FieldNames.FIRST_RECORD;
        }
        return new FieldNames.Given(names);
    }
}
