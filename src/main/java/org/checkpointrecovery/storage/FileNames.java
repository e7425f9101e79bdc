package org.checkpointrecovery.storage;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Detects file names that Java cannot encode. Java takes the encoding of file names from the locale at its start: with
 * {@code LANG=C} it is ASCII, and other characters of an argument arrive as U+FFFD.
 */
public final class FileNames {
    private static final char REPLACEMENT = '\ufffd';
    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");

    private FileNames() {}

    /**
     * Explains why no file of a name can be found.
     *
     * @param name as the user gave it
     * @param otherwise the explanation if the encoding is not the reason
     */
    public static String problem(String name, String otherwise) {
        return isWritable(name) ? otherwise : hint();
    }

    /** Whether Java can encode the name of its working directory, which relative names start from. */
    public static boolean isWorkingDirectoryKnown() {
        return isWritable(System.getProperty("user.dir", ""));
    }

    /** Returns the rest of a sentence about a name that Java cannot encode. */
    public static String hint() {
        return "cannot be found: in its locale, this process encodes file names in " + ENCODING
                + ", which lacks some of its characters. Nothing was changed. Start Java with LC_ALL=C.UTF-8";
    }

    /**
     * Returns the path of a file in a directory. A name that Java can no longer encode yields a path where no file exists.
     */
    public static Path resolve(Path directory, String name) {
        try {
            return directory.resolve(name);
        } catch (InvalidPathException e) {
            return directory.resolve(name.replaceAll("[^ -~]", "?"));
        }
    }

    private static boolean isWritable(String name) {
        return name.indexOf(REPLACEMENT) < 0 && encoder().canEncode(name);
    }

    private static CharsetEncoder encoder() {
        try {
            return Charset.forName(ENCODING).newEncoder();
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8.newEncoder();
        }
    }
}
