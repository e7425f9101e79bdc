package org.checkpointrecovery.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Numbers from {@code least} to {@code most}. */
public record DecimalNumber(double least, double most) implements OptionType {
    @Override
    public @Nullable JsonNode read(JsonNode value, Report report) {
        if (!value.isNumber()) {
            report.error("", Shown.wrongType("a number", value));
            return null;
        }
        double number = value.doubleValue();
        if (!(number >= least && number <= most)) {
            report.error("", "must be between " + least + " and " + most + " (got " + Shown.value(value) + ")");
            return null;
        }
        return JsonNodeFactory.instance.numberNode(number);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "number");
        return schema.put("minimum", shortest(least)).put("maximum", shortest(most));
    }

    /** Returns a number without a fraction of zeros. */
    private static BigDecimal shortest(double number) {
        return new BigDecimal(BigDecimal.valueOf(number).stripTrailingZeros().toPlainString());
    }
}
