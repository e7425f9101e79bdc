package org.checkpointrecovery.item;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/**
 * The line {@code sep=;} with which files for Excel begin: it names the delimiter, and is not a record. Excel takes it in any
 * case; some programs put it in quotation marks, as they do every field.
 *
 * @param delimiter that the line names
 * @param bytes of the line, with its end
 */
record SepLine(char delimiter, int bytes) {
    /** No such line is longer, not even with a byte-order mark before it. */
    static final int MAX_BYTES = 16;

    private static final Pattern LINE =
            Pattern.compile("(\"?)sep=([^\r\n]{0,2}?)\\1(?:\r?\n|\r?\\z)", Pattern.CASE_INSENSITIVE);

    /**
     * Looks for the line at the beginning of an input.
     *
     * @param beginning the first {@link #MAX_BYTES} bytes, or the whole input, without a byte-order mark
     * @return null if the input begins with something else
     * @throws CsvHeader.BadHeaderException if the line names what cannot be a delimiter
     */
    static @Nullable SepLine of(byte[] beginning) throws CsvHeader.BadHeaderException {
        Matcher line = LINE.matcher(new String(beginning, StandardCharsets.ISO_8859_1));
        if (!line.lookingAt()) {
            return null;
        }
        String named = line.group(2);
        if (named.length() != 1 || !Format.isDelimiter(named.charAt(0))) {
            String shown = new String(named.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            throw new CsvHeader.BadHeaderException("the first line, sep=" + shown
                    + ", declares an invalid delimiter: it must be a tab or one printable ASCII character other than "
                            + "a quotation mark. Remove the line and set \"delimiter\" in the job");
        }
        return new SepLine(named.charAt(0), line.end());
    }

    /** The delimiter that an inline item names; null if it is not such a line. */
    static @Nullable Character delimiterOf(String line) {
        Matcher matcher = LINE.matcher(line);
        boolean names = matcher.matches()
                && matcher.group(2).length() == 1
                && Format.isDelimiter(matcher.group(2).charAt(0));
        return names ? matcher.group(2).charAt(0) : null;
    }
}
