package org.checkpointrecovery.description;

import org.jspecify.annotations.Nullable;

/** Names that clients give to jobs and files: labels for people, never part of a path. */
public final class Labels {
    public static final int MAX_CHARACTERS = 200;

    private Labels() {}

    /** Returns the error of a label, or null. */
    public static @Nullable String error(String label) {
        int characters = label.codePointCount(0, label.length());
        if (characters < 1 || characters > MAX_CHARACTERS) {
            return "must have 1 to " + MAX_CHARACTERS + " characters (got " + characters + ")";
        }
        if (hasLoneSurrogate(label)) {
            return "must not contain an unpaired surrogate";
        }
        return label.codePoints().anyMatch(Character::isISOControl) ? "must not contain control characters" : null;
    }

    public static boolean hasLoneSurrogate(String text) {
        return text.codePoints()
                .anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }
}
