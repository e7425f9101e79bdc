package org.checkpointrecovery.job;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change of a job's name and labels, with the meaning of a JSON Merge Patch (RFC 7396).
 *
 * @param hasName whether the name changes
 * @param name the new name; null to remove it
 * @param clearsLabels whether all labels are removed first
 * @param set labels to add or replace
 * @param removed keys of labels to remove
 */
public record NameChange(
        boolean hasName, @Nullable String name, boolean clearsLabels, Map<String, String> set, Set<String> removed) {
    public NameChange {
        set = Map.copyOf(set);
        removed = Set.copyOf(removed);
    }

    /** Returns the new name of a job. */
    public @Nullable String nameOf(JobSpec spec) {
        return hasName ? name : spec.name();
    }

    /** Returns the new labels of a job. */
    public Map<String, String> labelsOf(JobSpec spec) {
        Map<String, String> labels = new HashMap<>(clearsLabels || spec.labels() == null ? Map.of() : spec.labels());
        labels.keySet().removeAll(removed);
        labels.putAll(set);
        return labels;
    }
}
