package org.checkpointrecovery.job;

import java.util.Locale;

/** A constant with a name on the wire: {@code BEFORE_COMMIT} is {@code before-commit} in JSON. */
public interface Named {
    String name();

    default String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
