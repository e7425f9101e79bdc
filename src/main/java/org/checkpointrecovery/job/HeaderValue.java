package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/** The value of a request header: literal text, or a secret of the service. */
public sealed interface HeaderValue {
    record Text(String text) implements HeaderValue {
        public Text {
            requireNonNull(text);
        }
    }

    /** @param name of the secret in the service's secrets file; specs never contain its value */
    record Secret(String name) implements HeaderValue {
        public Secret {
            requireNonNull(name);
        }
    }
}
