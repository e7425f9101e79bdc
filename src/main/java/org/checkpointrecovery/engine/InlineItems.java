package org.checkpointrecovery.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The inline items of a submission, as they were sent.
 *
 * @param items null if they cannot be shown
 * @param problem why they cannot be shown; null if they can
 */
public record InlineItems(
        @Nullable List<String> items, @Nullable String problem) {
    public InlineItems {
        items = items == null ? null : List.copyOf(items);
        if ((items == null) == (problem == null)) {
            throw new IllegalArgumentException("need either items or a problem");
        }
    }

    public static InlineItems of(List<String> items) {
        return new InlineItems(items, null);
    }

    static InlineItems unavailable(String problem) {
        return new InlineItems(null, problem);
    }
}
