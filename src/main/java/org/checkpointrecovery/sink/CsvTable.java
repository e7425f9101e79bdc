package org.checkpointrecovery.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.storage.DamagedFileException;
import org.jspecify.annotations.Nullable;

/**
 * Results as CSV (RFC 4180). The keys of the first result are the columns. Additional keys of later results are left out;
 * missing and null values are empty; objects and arrays are JSON text in a cell.
 */
public final class CsvTable {
    /** The limit of a line. Results may be as long as the longest response of an endpoint. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Returns the next result without its line end; null after the last. */
    public interface Lines {
        byte @Nullable [] next() throws IOException;
    }

    private final Lines lines;
    private final List<String> columns;
    private @Nullable Map<String, @Nullable String> first;

    /** Reads the first line. */
    public CsvTable(Lines lines) throws IOException {
        this.lines = lines;
        byte[] line = lines.next();
        Map<String, @Nullable String> values = line == null ? Map.of() : values(line);
        this.columns = List.copyOf(values.keySet());
        this.first = values;
    }

    /** Writes the next result; returns false if there is none. */
    public boolean next(OutputStream out) throws IOException {
        Map<String, @Nullable String> record = first;
        if (record == null) {
            byte[] line = lines.next();
            if (line == null) {
                return false;
            }
            record = values(line);
        } else if (record.isEmpty()) {
            return false;
        }
        if (first != null) {
            write(columns, out);
            first = null;
        }
        write(fields(columns, record), out);
        return true;
    }

    /** Returns the columns of a table whose first result is in this line. */
    static List<String> columns(byte[] line) throws IOException {
        return List.copyOf(values(line).keySet());
    }

    /** Returns the columns as a record. */
    static byte[] header(List<String> columns) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(columns, out);
        return out.toByteArray();
    }

    /** Returns the result in a line as a record. */
    static byte[] record(List<String> columns, byte[] line) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(fields(columns, values(line)), out);
        return out.toByteArray();
    }

    private static void write(List<@Nullable String> fields, OutputStream out) throws IOException {
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(out, StandardCharsets.UTF_8);
        csv.writeRecord(fields);
        csv.flush();
    }

    private static List<@Nullable String> fields(List<String> columns, Map<String, @Nullable String> values) {
        List<@Nullable String> fields = new ArrayList<>();
        for (String column : columns) {
            fields.add(values.get(column));
        }
        return fields;
    }

    private static Map<String, @Nullable String> values(byte[] line) throws IOException {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                values.put(name, value.isStructStart() ? nested(line, json) : text(json));
            }
        } catch (JsonProcessingException e) {
            throw new DamagedFileException(
                    "results.jsonl is damaged: one of its lines is not valid JSON. Nothing was changed."
                            + " Restore the file from a backup, or submit the job again.");
        }
        return values;
    }

    private static @Nullable String text(JsonParser json) throws IOException {
        return json.currentToken() == JsonToken.VALUE_NULL ? null : json.getText();
    }

    /** Returns an object or array as in the line. */
    private static String nested(byte[] line, JsonParser json) throws IOException {
        int from = (int) json.currentTokenLocation().getByteOffset();
        json.skipChildren();
        int to = (int) json.currentLocation().getByteOffset();
        return new String(line, from, to - from, StandardCharsets.UTF_8);
    }
}
