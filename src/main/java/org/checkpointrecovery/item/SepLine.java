package org.checkpointrecovery.item;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;

/**
 * The line {@code sep=;} at the start of files for Excel: it declares the delimiter and is not a record. Excel ignores
 * its case; some programs quote it, as they do every field.
 *
 * @param delimiter the declared delimiter
 * @param bytes size of the line, including its end
 */
record SepLine(char delimiter, int bytes) {
    /** Maximum size of such a line, including a byte-order mark. */
    static final int MAX_BYTES = 16;

    private static final Pattern LINE =
            Pattern.compile("(\"?)sep=([^\r\n]{0,2}?)\\1(?:\r?\n|\r?\\z)", Pattern.CASE_INSENSITIVE);

    /**
     * Finds the line at the start of an input.
     *
     * @param beginning the first {@link #MAX_BYTES} bytes, or the whole input, without a byte-order mark
     * @return null if the input starts with something else
     * @throws CsvHeader.BadHeaderException if the line declares an invalid delimiter
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

    /** Returns the delimiter that an inline item declares; null if it is not such a line. */
    static @Nullable Character delimiterOf(String line) {
        Matcher matcher = LINE.matcher(line);
        boolean names = matcher.matches()
                && matcher.group(2).length() == 1
                && Format.isDelimiter(matcher.group(2).charAt(0));
        return names ? matcher.group(2).charAt(0) : null;
    }
}
