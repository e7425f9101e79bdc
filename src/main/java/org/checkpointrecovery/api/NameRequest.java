package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.job.NameChange;
import org.jspecify.annotations.Nullable;

/** Reads the name and the labels of a job, in a submission or in a change. */
final class NameRequest {
    private NameRequest() {}

    static @Nullable String name(Fields fields) {
        String name = fields.text("name");
        String wrong = name == null ? null : Labels.error(name);
        if (wrong != null) {
            fields.error("name", wrong);
        }
        return name;
    }

    /** Returns the labels of a submission; null if there are none. */
    static @Nullable Map<String, String> labels(Fields fields) {
        Fields labels = fields.object("labels");
        if (labels == null) {
            return null;
        }
        labels.names().forEach(labels::refuseNull);
        return values(fields, labels);
    }

    /** Returns the labels that are not null. */
    private static Map<String, String> values(Fields fields, Fields labels) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String key : labels.names()) {
            String wrongKey = Labels.keyError(key);
            String value = labels.text(key);
            String wrongValue = value == null ? null : Labels.error(value);
            if (wrongKey != null) {
                labels.error(key, wrongKey + " (got \"" + Shown.cut(key) + "\")");
            } else if (wrongValue != null) {
                labels.error(key, wrongValue);
            } else if (value != null) {
                values.put(key, value);
            }
        }
        if (values.size() > Labels.MAX_LABELS) {
            fields.error("labels", Labels.tooMany(values.size()));
        }
        return values;
    }

    /** Reads a change, which is a JSON Merge Patch (RFC 7396). */
    static NameChange change(JsonNode body) {
        Fields fields = Fields.of(body);
        boolean hasName = fields.has("name");
        String name = name(fields);
        boolean clearsLabels = fields.isNull("labels");
        Fields labels = fields.object("labels");
        Map<String, String> set = labels == null ? Map.of() : values(fields, labels);
        Set<String> removed = new LinkedHashSet<>();
        if (labels != null) {
            labels.names().stream().filter(labels::isNull).forEach(removed::add);
        }
        fields.refuseOthers();
        fields.throwIfInvalid();
        return new NameChange(hasName, name, clearsLabels, set, removed);
    }
}
