package org.checkpointrecovery.description;

import com.fasterxml.jackson.databind.JsonNode;

/** Shows a client's value in a message about it. */
public final class Shown {
    private Shown() {}

    /** Truncates a text to 100 characters, without splitting one. */
    public static String cut(String text) {
        if (text.length() <= 100) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(89)) ? 89 : 90;
        return text.substring(0, end) + "…";
    }

    public static String value(JsonNode value) {
        return cut(value.toString());
    }

    /** Returns the kind of a value, as in "the number", to be followed by the value. */
    public static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT, POJO -> "an object";
            case STRING, BINARY -> "the string";
            case NUMBER -> "the number";
            case BOOLEAN -> "the value";
            case NULL, MISSING -> "null";
        };
    }

    /** Returns what is wrong with a value of another type. */
    public static String wrongType(String expected, JsonNode value) {
        return "must be " + expected + " (got " + kind(value) + (value.isValueNode() ? " " + value(value) : "") + ")";
    }
}
