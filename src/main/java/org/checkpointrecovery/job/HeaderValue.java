package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/** The value of a header of a call: as it stands in the spec, or a secret that the service keeps. */
public sealed interface HeaderValue {
    record Text(String text) implements HeaderValue {
        public Text {
            requireNonNull(text);
        }
    }

    /** @param name of the secret in the service's secrets file; its value is in no spec */
    record Secret(String name) implements HeaderValue {
        public Secret {
            requireNonNull(name);
        }
    }
}
