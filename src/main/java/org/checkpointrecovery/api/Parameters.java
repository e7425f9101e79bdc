package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of a request. Collects all that is wrong with them instead of ending at the first: those that are not
 * known, are given twice, or are not encoded as they should be, too.
 */
final class Parameters {
    private static final int DEFAULT_PAGE_SIZE = 50;
    private static final int MAX_PAGE_SIZE = 500;

    private final Map<String, String> values = new LinkedHashMap<>();
    private final List<FieldError> errors = new ArrayList<>();

    private Parameters() {}

    static Parameters of(Context ctx, String... known) {
        Parameters parameters = new Parameters();
        String query = ctx.req().getQueryString();
        for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            parameters.add(pair, List.of(known));
        }
        return parameters;
    }

    private void add(String pair, List<String> known) {
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
        if (name == null || value == null) {
            error(name == null ? pair : name, "is not percent-encoded UTF-8");
        } else if (!known.contains(name)) {
            error(
                    name,
                    "is not known here; " + (known.isEmpty() ? "none is" : "known are " + String.join(", ", known)));
        } else if (values.put(name, value) != null) {
            error(name, "is given more than once");
        }
    }

    /** Null if it is not what it should be. */
    private static @Nullable String decoded(String text) {
        try {
            byte[] bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    /** Null if it is not given. */
    @Nullable
    String text(String name) {
        return values.get(name);
    }

    void error(String name, String message) {
        errors.add(new FieldError(name, message));
    }

    void throwIfWrong() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).exception();
        }
    }

    int pageSize() {
        String text = values.get("pageSize");
        if (text == null) {
            return DEFAULT_PAGE_SIZE;
        }
        int size = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
        if (size < 1 || size > MAX_PAGE_SIZE) {
            error("pageSize", "must be a whole number from 1 to " + MAX_PAGE_SIZE + ", but is \"" + text + "\"");
        }
        return size;
    }

    /** The id behind which a page begins; null for the first page. */
    @Nullable
    String pageToken() {
        String token = values.get("pageToken");
        if (token != null && !JobId.isValid(token)) {
            error("pageToken", "is not one that this service gives; take nextPageToken of the page before");
        }
        return token;
    }
}
