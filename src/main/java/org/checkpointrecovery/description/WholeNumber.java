package org.checkpointrecovery.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Whole numbers from {@code least} to {@code most}. As in JSON Schema, 3, 3.0 and 3e0 are the same number. */
public record WholeNumber(long least, long most) implements OptionType {
    @Override
    public @Nullable JsonNode read(JsonNode value, Report report) {
        if (!isWhole(value)) {
            report.error("", Shown.wrongType("a whole number", value));
            return null;
        }
        BigDecimal number = value.decimalValue();
        if (number.compareTo(BigDecimal.valueOf(least)) < 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            report.error("", "must be between " + least + " and " + most + " (got " + number + ")");
            return null;
        }
        return node(number.longValue());
    }

    private static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || (value.isNumber()
                        && value.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    /** Returns a number as the parser reads it: as an int if it fits. */
    JsonNode node(long number) {
        return (int) number == number
                ? JsonNodeFactory.instance.numberNode((int) number)
                : JsonNodeFactory.instance.numberNode(number);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "integer");
        schema.set("minimum", node(least));
        schema.set("maximum", node(most));
        return schema;
    }
}
