package org.checkpointrecovery.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.job.Named;

/** Turns the text of options into values, and collects all that is wrong with them instead of ending at the first. */
final class OptionValues {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([kmgtKMGT]?)");

    private final List<String> problems = new ArrayList<>();

    void problem(String problem) {
        problems.add(problem);
    }

    void throwIfWrong() throws BadOptionsException {
        if (!problems.isEmpty()) {
            throw new BadOptionsException(problems);
        }
    }

    /** A whole number; {@code least} if it is wrong. */
    long number(String option, String text, long least, long most) {
        if (text.matches("-?\\d{1,18}")) {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        problem(option + " must be a whole number from " + least + " to " + most + ", but is \"" + text + "\"");
        return least;
    }

    /** Bytes, as a number or with K, M, G or T for powers of 1024; {@code least} if it is wrong. */
    long bytes(String option, String text, long least, long most) {
        Matcher matcher = SIZE.matcher(text);
        if (matcher.matches()) {
            int power = " KMGT"
                    .indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2).toUpperCase(Locale.ROOT));
            double value = Double.parseDouble(matcher.group(1)) * Math.pow(1024, power);
            if (value >= least && value <= most) {
                return Long.parseLong(matcher.group(1)) << (10 * power);
            }
        }
        problem(option + " must be a number of bytes from " + least + " to " + most
                + ", perhaps with K, M, G or T behind it, but is \"" + text + "\"");
        return least;
    }

    /** One of the constants of an enum; the first one if it is wrong. */
    <E extends Enum<E> & Named> E constant(String option, String text, Class<E> type) {
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            if (constant.text().equals(text)) {
                return constant;
            }
            names.add(constant.text());
        }
        problem(option + " must be one of " + String.join(", ", names) + ", but is \"" + text + "\"");
        return type.getEnumConstants()[0];
    }
}
