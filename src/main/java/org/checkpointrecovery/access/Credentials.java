package org.checkpointrecovery.access;

import org.jspecify.annotations.Nullable;

/**
 * The credentials of a service.
 *
 * @param tokens one of which requests must carry; null if anyone may call
 * @param identity how the service proves its name over TLS; null for plain HTTP
 */
public record Credentials(
        @Nullable Reloaded<Tokens> tokens, @Nullable Reloaded<Identity> identity) {
    public static final Credentials NONE = new Credentials(null, null);

    /** Returns what is set, without secrets. */
    @Override
    public String toString() {
        return "tokens=" + (tokens == null ? "none" : tokens.toString()) + " tls="
                + (identity == null ? "none" : "\"" + identity + "\"");
    }
}
