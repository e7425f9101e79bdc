package org.checkpointrecovery.processor.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The operator's secrets by name. {@link #toString} prints names only. */
public final class Secrets {
    public static final Secrets NONE = new Secrets(Map.of());

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Map<String, String> values;

    /** @param values visible ASCII with inner spaces and tabs, because they go into headers */
    public Secrets(Map<String, String> values) {
        values.forEach((name, value) -> {
            if (!isName(name) || !isValue(value)) {
                throw new IllegalArgumentException("secret " + name);
            }
        });
        this.values = Map.copyOf(values);
    }

    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether a header can carry the text. */
    public static boolean isValue(String text) {
        return !text.isEmpty()
                && text.equals(text.strip())
                && text.chars().allMatch(c -> (c >= 0x20 && c < 0x7f) || c == '\t');
    }

    public Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Returns the secrets except one. */
    public Secrets without(String name) {
        Map<String, String> others = new HashMap<>(values);
        others.remove(name);
        return new Secrets(others);
    }

    /** Returns the names, sorted. */
    public List<String> names() {
        return values.keySet().stream().sorted().toList();
    }

    @Override
    public String toString() {
        return "Secrets" + names();
    }
}
