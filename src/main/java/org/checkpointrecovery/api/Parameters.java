package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/** The query parameters of a request. Collects all that is wrong with them; one that no one asks for is wrong too. */
final class Parameters {
    static final int DEFAULT_PAGE_SIZE = 50;
    static final int MAX_PAGE_SIZE = 500;

    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<FieldError> errors = new ArrayList<>();

    private Parameters() {}

    static Parameters of(Context ctx, String... known) {
        Parameters parameters = new Parameters();
        Map<String, List<String>> all;
        try {
            all = ctx.queryParamMap();
        } catch (RuntimeException e) {
            throw Problem.of(Problem.Kind.BAD_REQUEST, "The query of the address is not encoded as it should be.")
                    .exception();
        }
        all.forEach((name, values) -> {
            if (!List.of(known).contains(name)) {
                String others = known.length == 0 ? "none is" : "known are " + String.join(", ", known);
                parameters.error(name, "is not known here; " + others);
            } else if (values.size() != 1) {
                parameters.error(name, "is given " + values.size() + " times");
            } else {
                parameters.given.put(name, values.get(0));
            }
        });
        return parameters;
    }

    /** Refuses all parameters. */
    static void none(Context ctx) {
        of(ctx).throwIfWrong();
    }

    private void error(String name, String message) {
        errors.add(new FieldError(name, message));
    }

    void throwIfWrong() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(List.copyOf(errors)).exception();
        }
    }

    /** A label; null if it is not given. */
    @Nullable
    String label(String name) {
        String label = given.get(name);
        String wrong = label == null ? null : Labels.wrong(label);
        if (wrong != null) {
            error(name, wrong);
        }
        return label;
    }

    /** How many elements a page has. */
    int pageSize() {
        String text = given.get("pageSize");
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
        String token = given.get("pageToken");
        if (token != null && !JobId.isValid(token)) {
            error("pageToken", "is not one that this service gives; take nextPageToken of the page before");
            return null;
        }
        return token;
    }

    /** One of the constants of an enum; null if it is not given. */
    <E extends Enum<E>> @Nullable E constant(String name, Class<E> type) {
        String text = given.get(name);
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        String all = Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "));
        error(name, "must be one of " + all + ", but is \"" + text + "\"");
        return null;
    }
}
