package org.checkpointrecovery.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.job.Named;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.storage.FileNames;
import org.jspecify.annotations.Nullable;

/** Parses the values of options, and collects all problems instead of stopping at the first. */
final class OptionValues {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([kmgtKMGT]?)");

    private final List<String> problems = new ArrayList<>();

    void problem(String problem) {
        problems.add(problem);
    }

    boolean isValid() {
        return problems.isEmpty();
    }

    void throwIfInvalid() throws BadOptionsException {
        if (!problems.isEmpty()) {
            throw new BadOptionsException(problems);
        }
    }

    /** Returns a whole number; {@code least} if it is invalid. */
    long number(String option, String text, long least, long most) {
        if (text.matches("-?\\d{1,18}")) {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        problem(option + " must be a whole number between " + least + " and " + most + " (got \"" + text + "\")");
        return least;
    }

    /** Returns a number of bytes, written plainly or with K, M, G or T for powers of 1024; {@code least} if it is invalid. */
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
        problem(option + " must be between " + least + " and " + most
                + " bytes, such as 4096, 512K, 64M, 2G or 1T (got \"" + text + "\")");
        return least;
    }

    /** Returns how long something is kept; null if the text is null or invalid. */
    @Nullable
    Duration period(String option, @Nullable String text) {
        Optional<Duration> period = text == null ? Optional.empty() : Retention.parse(text);
        if (text != null && period.isEmpty()) {
            problem(option + " " + Retention.RANGE + " (got \"" + text + "\")");
        }
        return period.orElse(null);
    }

    /** Returns an absolute path; any if it is invalid. */
    static Path path(String option, String text, OptionValues values) {
        try {
            Path path = Path.of(text);
            if (!path.isAbsolute() && !FileNames.isWorkingDirectoryKnown()) {
                values.problem(
                        option + " \"" + text + "\" is relative to the working directory, which " + FileNames.hint());
            }
            return path.toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            values.problem(option + " \"" + text + "\" " + FileNames.problem(text, "is not a path"));
            return Path.of("");
        }
    }

    /** Returns one of the constants of an enum; the first one if the text names none. */
    <E extends Enum<E> & Named> E constant(String option, String text, Class<E> type) {
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            if (constant.text().equals(text)) {
                return constant;
            }
            names.add(constant.text());
        }
        problem(option + " must be one of " + String.join(", ", names) + " (got \"" + text + "\")");
        return type.getEnumConstants()[0];
    }
}
