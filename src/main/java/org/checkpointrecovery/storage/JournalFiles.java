package org.checkpointrecovery.storage;

import java.nio.file.Path;

/**
 * The names of the segments of an {@link ItemJournal}.
 *
 * @param directory that has all segments
 * @param prefix what comes before the number of a segment
 */
public record JournalFiles(Path directory, String prefix) {
    /** @param number of the segment, from 1 */
    public Path segment(int number) {
        return directory.resolve(prefix + number);
    }

    /** Returns the number of a segment; 0 if the file is not one. */
    public int numberOf(Path file) {
        String name = file.getFileName().toString();
        String number = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        return number.matches("[1-9]\\d{0,8}") ? Integer.parseInt(number) : 0;
    }
}
