package org.checkpointrecovery.description;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Checks URLs that the service calls for a client. */
public final class Urls {
    public static final int MAX_CHARACTERS = 8192;

    private Urls() {}

    /** Returns the error in the text of a URL, or null. Does not check whether the service may connect to it. */
    public static @Nullable String error(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return "must have at most " + MAX_CHARACTERS + " characters (got " + text.length() + ")";
        }
        if (!text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            return "must contain only visible ASCII characters; percent-encode others";
        }
        if (!text.regionMatches(true, 0, "http://", 0, 7) && !text.regionMatches(true, 0, "https://", 0, 8)) {
            return "must begin with http:// or https://";
        }
        try {
            return error(new URI(text));
        } catch (URISyntaxException e) {
            return "is not a valid URL: " + e.getReason() + " at character " + e.getIndex();
        }
    }

    private static @Nullable String error(URI url) {
        if (url.getRawUserInfo() != null
                || String.valueOf(url.getRawAuthority()).contains("@")) {
            return "must not contain a user or password; use a header with a secret instead";
        }
        if (url.getHost() == null || url.getHost().contains("%")) {
            return "must have a host: a name of letters, digits and hyphens, or an IP address";
        }
        if (url.getRawFragment() != null) {
            return "must not have a fragment (#)";
        }
        if (url.getPort() == 0 || url.getPort() > 65535) {
            return "must have a port between 1 and 65535 (got " + url.getPort() + ")";
        }
        return null;
    }
}
