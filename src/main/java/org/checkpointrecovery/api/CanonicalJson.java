package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;

/** Compares bodies as JSON values: regardless of field order, white space and the notation of numbers. */
final class CanonicalJson {
    private CanonicalJson() {}

    /** Returns the digest in hexadecimal. */
    static String sha256(JsonNode json) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Json.bytes(canonical(json)));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }

    private static JsonNode canonical(JsonNode json) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (json.isObject()) {
            ObjectNode sorted = nodes.objectNode();
            TreeSet<String> names = new TreeSet<>();
            json.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> sorted.set(name, canonical(json.get(name))));
            return sorted;
        }
        if (json.isArray()) {
            ArrayNode array = nodes.arrayNode(json.size());
            json.forEach(element -> array.add(canonical(element)));
            return array;
        }
        if (json.isNumber()) {
            BigDecimal number = json.decimalValue();
            // Written as text: a number like 1e999999999 must not be expanded.
            return nodes.textNode("number "
                    + (number.signum() == 0 ? "0" : number.stripTrailingZeros().toString()));
        }
        return json.isTextual() ? nodes.textNode("string " + json.textValue()) : json;
    }
}
