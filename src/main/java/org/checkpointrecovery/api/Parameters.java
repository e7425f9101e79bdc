package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.engine.Selection;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.TextEncoding;
import org.jspecify.annotations.Nullable;

/** The query parameters of a request. Collects every error; unknown parameters are errors. */
final class Parameters {
    static final int DEFAULT_PAGE_SIZE = 50;
    static final int MAX_SAMPLE = 100;
    static final int MAX_PAGE_SIZE = 500;

    /** The parameter that may be repeated. */
    private static final String REPEATABLE = "label";

    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<String> repeated = new ArrayList<>();
    private final List<FieldError> errors = new ArrayList<>();

    private Parameters() {}

    static Parameters of(Context ctx, String... known) {
        Parameters parameters = new Parameters();
        String query = ctx.req().getQueryString();
        for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
            if (name == null || value == null) {
                parameters.error(name == null ? pair : name, "is not valid percent-encoded UTF-8");
            } else if (!List.of(known).contains(name)) {
                String others =
                        known.length == 0 ? "none is supported here" : "expected one of: " + String.join(", ", known);
                parameters.error(name, "unknown parameter; " + others);
            } else if (name.equals(REPEATABLE)) {
                parameters.repeated.add(value);
            } else if (parameters.given.put(name, value) != null) {
                parameters.error(name, "must not be repeated");
            }
        }
        return parameters;
    }

    /** Returns null if the text is not valid percent-encoded UTF-8. */
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

    /** Rejects all parameters. */
    static void none(Context ctx) {
        of(ctx).throwIfInvalid();
    }

    void error(String name, String message) {
        errors.add(new FieldError(name, message));
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    void throwIfInvalid() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(List.copyOf(errors)).exception();
        }
    }

    /** Returns the value of a parameter without checks; null if absent. */
    @Nullable
    String value(String name) {
        return given.get(name);
    }

    /** Returns the values of the parameter that may be repeated. */
    List<String> repeated() {
        return repeated;
    }

    /** Returns one of some words; null if absent. */
    @Nullable
    String choice(String name, List<String> words) {
        String text = given.get(name);
        if (text != null && !words.contains(text)) {
            error(name, "must be one of: " + String.join(", ", words) + " (got \"" + Shown.cut(text) + "\")");
        }
        return text;
    }

    /** Returns a name; null if absent. */
    @Nullable
    String label(String name) {
        String label = given.get(name);
        String wrong = label == null ? null : Labels.error(label);
        if (wrong != null) {
            error(name, wrong);
        }
        return label;
    }

    /** Returns the encoding of the text; UTF-8 by default. */
    TextEncoding encoding() {
        String text = given.get("encoding");
        if (text == null) {
            return TextEncoding.UTF_8;
        }
        return TextEncoding.named(text).orElseGet(() -> {
            error("encoding", "must be one of: " + TextEncoding.names() + " (got \"" + Shown.cut(text) + "\")");
            return TextEncoding.UTF_8;
        });
    }

    /** Whether a parameter is true; false by default. */
    boolean flag(String name) {
        String text = given.get(name);
        if (text != null && !text.equals("true") && !text.equals("false")) {
            error(name, "must be true or false (got \"" + Shown.cut(text) + "\")");
        }
        return "true".equals(text);
    }

    /** Returns the number of items to process as a sample; 0 by default. */
    int sample() {
        String text = given.get("sample");
        if (text == null) {
            return 0;
        }
        int count = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        if (count < 0 || count > MAX_SAMPLE) {
            error(
                    "sample",
                    "must be a whole number between 0 and " + MAX_SAMPLE + " (got \"" + Shown.cut(text) + "\")");
        }
        return count;
    }

    /** Returns how long to wait for a job, in whole seconds or minutes; zero by default. */
    Duration wait(Duration longest) {
        String text = given.get("wait");
        if (text == null) {
            return Duration.ZERO;
        }
        Duration wait = text.matches("[0-9]{1,4}[sm]")
                ? Duration.parse("PT" + text.toUpperCase(Locale.ROOT))
                : Duration.ofSeconds(-1);
        if (wait.isNegative() || wait.compareTo(longest) > 0) {
            error(
                    "wait",
                    "must be a time between 0s and " + longest.toSeconds() + "s, such as 30s or 1m (got \""
                            + Shown.cut(text) + "\")");
        }
        return wait;
    }

    /** Returns the items that {@code from} and {@code limit} select; all of them by default. */
    Selection selection() {
        long from = number("from", 0, 0);
        long limit = number("limit", 1, Long.MAX_VALUE);
        return new Selection(from, limit > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + limit);
    }

    private long number(String name, long least, long standard) {
        String text = given.get(name);
        if (text == null) {
            return standard;
        }
        long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
        if (number < least) {
            error(name, "must be a whole number of at least " + least + " (got \"" + Shown.cut(text) + "\")");
            return standard;
        }
        return number;
    }

    /** Returns the number of elements in a page. */
    int pageSize() {
        String text = given.get("pageSize");
        if (text == null) {
            return DEFAULT_PAGE_SIZE;
        }
        int size = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
        if (size < 1 || size > MAX_PAGE_SIZE) {
            error(
                    "pageSize",
                    "must be a whole number between 1 and " + MAX_PAGE_SIZE + " (got \"" + Shown.cut(text) + "\")");
        }
        return size;
    }

    /** Returns the id after which the page starts; null for the first page. */
    @Nullable
    String pageToken() {
        String token = given.get("pageToken");
        if (token != null && !JobId.isValid(token)) {
            error("pageToken", "is invalid; use the nextPageToken of the previous page");
            return null;
        }
        return token;
    }

    /** Returns a constant of an enum; null if the text is none. */
    <E extends Enum<E>> @Nullable E constant(String name, String text, Class<E> type) {
        List<String> names =
                Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
        if (names.contains(text)) {
            return Enum.valueOf(type, text);
        }
        error(name, "must be one of: " + String.join(", ", names) + " (got \"" + Shown.cut(text) + "\")");
        return null;
    }
}
