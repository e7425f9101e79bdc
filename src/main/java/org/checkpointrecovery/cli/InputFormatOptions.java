package org.checkpointrecovery.cli;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.TextEncoding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run} that say how the input is read. */
final class InputFormatOptions {
    private static final String FIRST = "first";
    private static final String NONE = "none";

    @Option(
            names = {"-f", "--format"},
            defaultValue = "lines",
            paramLabel = "FORMAT",
            description = "how the input is split into items: lines, raw-lines, jsonl or csv"
                    + " (default: ${DEFAULT-VALUE})")
    private String kind = "";

    @Option(
            names = "--encoding",
            defaultValue = "UTF-8",
            paramLabel = "NAME",
            description = "encoding of the input: UTF-8, UTF-16, UTF-16LE, UTF-16BE, windows-1252 or ISO-8859-1"
                    + " (default: ${DEFAULT-VALUE})")
    private String encoding = "";

    @Option(
            names = "--delimiter",
            paramLabel = "CHAR",
            description = "csv only: the character between fields (default: from the file's sep= line, or a comma)")
    private @Nullable String delimiter;

    @Option(
            names = "--csv-header",
            paramLabel = "first|none|NAME,...",
            description = "csv only: first: the first record names the fields; none: they are column_1, column_2, ...;"
                    + " or their names (default: first)")
    private @Nullable String header;

    @Option(
            names = "--csv-skip",
            paramLabel = "N",
            description = "csv only: records to skip before the header or the first item (default: 0)")
    private @Nullable String skip;

    @Option(
            names = "--csv-quote",
            paramLabel = "double|none",
            description = "csv only: double: quotation marks enclose fields; none: they are ordinary characters, and"
                    + " every line is a record (default: double)")
    private @Nullable String quote;

    Format format(OptionValues values) {
        Format format = Format.of(values.constant("--format", kind, Format.Kind.class));
        if (format.kind() != Format.Kind.CSV) {
            rejectIfSet("--delimiter", delimiter, values);
            rejectIfSet("--csv-header", header, values);
            rejectIfSet("--csv-skip", skip, values);
            rejectIfSet("--csv-quote", quote, values);
            return format;
        }
        if (delimiter != null && delimiter.length() == 1 && Format.isDelimiter(delimiter.charAt(0))) {
            format = format.withDelimiter(delimiter.charAt(0));
        } else if (delimiter != null) {
            values.problem(
                    "--delimiter must be one printable ASCII character or a tab, and not a quotation mark (got \""
                            + delimiter + "\")");
        }
        if (header != null) {
            format = format.withNames(names(header, values));
        }
        if (skip != null) {
            format = format.withSkipRecords((int) values.number("--csv-skip", skip, 0, Format.MAX_SKIP_RECORDS));
        }
        return quote == null ? format : format.withQuote(values.constant("--csv-quote", quote, Format.Quote.class));
    }

    TextEncoding encoding(OptionValues values) {
        return TextEncoding.of(encoding).orElseGet(() -> {
            values.problem("--encoding must be one of " + TextEncoding.names() + " (got \"" + encoding + "\")");
            return TextEncoding.UTF_8;
        });
    }

    private static void rejectIfSet(String option, @Nullable String value, OptionValues values) {
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
                    + " distinct field names separated by commas (got \"" + text + "\")");
            return FieldNames.FIRST_RECORD;
        }
        return new FieldNames.Given(names);
    }
}
