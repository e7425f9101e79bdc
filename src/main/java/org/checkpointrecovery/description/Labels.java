package org.checkpointrecovery.description;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names that clients give to jobs and files, and labels of jobs: for people, never part of a path. */
public final class Labels {
    public static final int MAX_CHARACTERS = 200;
    /** The number of labels of a job. */
    public static final int MAX_LABELS = 20;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._/-]{1,63}");

    private Labels() {}

    /** Returns the error of the key of a label, or null. */
    public static @Nullable String keyError(String key) {
        return KEY.matcher(key).matches()
                ? null
                : "the key of a label must have 1 to 63 characters of A-Z a-z 0-9 . _ / -";
    }

    /** Returns the error of a job with more than {@link #MAX_LABELS} labels. */
    public static String tooMany(int labels) {
        return "must have at most " + MAX_LABELS + " labels (got " + labels + ")";
    }

    /** Returns the error of a name, or of the value of a label, or null. */
    public static @Nullable String error(String name) {
        int characters = name.codePointCount(0, name.length());
        if (characters < 1 || characters > MAX_CHARACTERS) {
            return "must have 1 to " + MAX_CHARACTERS + " characters (got " + characters + ")";
        }
        if (hasLoneSurrogate(name)) {
            return "must not contain an unpaired surrogate";
        }
        return name.codePoints().anyMatch(Character::isISOControl) ? "must not contain control characters" : null;
    }

    public static boolean hasLoneSurrogate(String text) {
        return text.codePoints()
                .anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }
}
