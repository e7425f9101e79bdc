package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.engine.Outputs.Committed;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.storage.DamagedFileException;
import org.jspecify.annotations.Nullable;

/** The failed items of a job, grouped by cause. Holds only the first line of each group in memory. */
final class ErrorSummary {
    /** Exceeds every line of the errors: an item of 4 KiB, with six characters for each byte, and a message. */
    private static final int MAX_LINE_BYTES = 1024 * 1024;

    private static final int AT_A_TIME = 1024;
    private static final Comparator<Group> MOST_FREQUENT_FIRST = Comparator.comparingLong((Group group) -> -group.count)
            .thenComparing(group -> group.key.code())
            .thenComparing(group -> group.key.status(), Comparator.nullsFirst(Comparator.naturalOrder()));

    private final Map<Key, Group> groups = new HashMap<>();
    private long failedItems;

    private record Key(String code, @Nullable Integer status) {}

    private static final class Group {
        private final Key key;
        private final String sample;
        private long count;

        private Group(Key key, String sample) {
            this.key = key;
            this.sample = sample;
        }
    }

    private ErrorSummary() {}

    static ErrorSummary of(Committed errors) throws IOException {
        return of(errors.channel(), errors.bytes());
    }

    /** @param channel closed afterwards */
    static ErrorSummary of(@Nullable SeekableByteChannel channel, long bytes) throws IOException {
        ErrorSummary summary = new ErrorSummary();
        if (channel == null) {
            return summary;
        }
        LineSource.Lines lines = new LineSource.Lines(bytes, MAX_LINE_BYTES, false, false);
        try (LineSource source = new LineSource(channel, lines, 0, 0)) {
            for (Items items = source.read(AT_A_TIME); items.count() > 0; items = source.read(AT_A_TIME)) {
                for (int number = 0; number < items.count(); number++) {
                    summary.add(items.get(number));
                }
            }
        }
        return summary;
    }

    private void add(Item line) throws IOException {
        JsonNode error = error(line);
        JsonNode status = error.path("status");
        Key key = new Key(error.path("code").asText(), status.isInt() ? status.intValue() : null);
        Group group = groups.get(key);
        if (group == null) {
            group = new Group(key, new String(line.bytes(), line.start(), line.length(), StandardCharsets.UTF_8));
            groups.put(key, group);
        }
        group.count++;
        failedItems++;
    }

    private static JsonNode error(Item line) throws IOException {
        try {
            return Json.mapper()
                    .readTree(line.bytes(), line.start(), line.length())
                    .path("error");
        } catch (JsonProcessingException e) {
            throw new DamagedFileException(
                    "errors.jsonl is damaged: its line " + (line.index() + 1)
                            + " is not valid JSON. Nothing was changed. Restore the file from a backup, or submit the job again.");
        }
    }

    void write(JsonGenerator json) throws IOException {
        List<Group> sorted =
                groups.values().stream().sorted(MOST_FREQUENT_FIRST).toList();
        json.writeStartObject();
        json.writeNumberField("failedItems", failedItems);
        json.writeArrayFieldStart("codes");
        for (Group group : sorted) {
            json.writeStartObject();
            json.writeStringField("code", group.key.code());
            if (group.key.status() != null) {
                json.writeNumberField("status", group.key.status());
            }
            json.writeNumberField("count", group.count);
            json.writeFieldName("sample");
            json.writeRawValue(group.sample);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
