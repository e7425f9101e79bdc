package org.checkpointrecovery.job;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The source of the field names of a CSV input. */
public sealed interface FieldNames {
    /** The first record names the fields and is not an item. */
    FieldNames FIRST_RECORD = new FirstRecord();
    /** The fields are {@code column_1}, {@code column_2} and so on; the first record is an item. */
    FieldNames NUMBERED = new Numbered();

    /**
     * Maximum number of fields. Each name takes many times its size in memory for as long as a job runs.
     */
    int MAX_FIELDS = 65_536;

    record FirstRecord() implements FieldNames {}

    record Numbered() implements FieldNames {}

    /**
     * The client names the fields; the first record is an item.
     *
     * @param names at least one; none empty, all distinct
     */
    record Given(List<String> names) implements FieldNames {
        public Given {
            names = List.copyOf(names);
            Set<String> distinct = new HashSet<>(names);
            if (names.isEmpty()
                    || names.size() > MAX_FIELDS
                    || distinct.size() < names.size()
                    || distinct.contains("")) {
                throw new IllegalArgumentException("field names must be 1 to " + MAX_FIELDS
                        + ", distinct and not empty (got " + names.size() + ")");
            }
        }
    }

    /** Returns the name of an unnamed field, by its position from 1. */
    static String numbered(int position) {
        return "column_" + position;
    }
}
