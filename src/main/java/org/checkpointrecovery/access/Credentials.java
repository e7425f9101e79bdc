package org.checkpointrecovery.access;

import org.jspecify.annotations.Nullable;

/**
 * The credentials of a service.
 *
 * @param token what requests must carry; null if anyone may call
 * @param identity how the service proves its name over TLS; null for plain HTTP
 */
public record Credentials(@Nullable String token, @Nullable Reloaded<Identity> identity) {
    /** Returns what is set, without the token. */
    @Override
    public String toString() {
        return "token=" + (token == null ? "none" : "(set)") + " tls="
                + (identity == null ? "none" : "\"" + identity + "\"");
    }
}
