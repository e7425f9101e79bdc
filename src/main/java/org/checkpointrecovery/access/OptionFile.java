package org.checkpointrecovery.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.checkpointrecovery.storage.FileNames;

/** A small file that an option names. */
public record OptionFile(String option, String name) {
    byte[] read() throws InvalidFilesException {
        try {
            return Files.readAllBytes(Path.of(name));
        } catch (IOException | InvalidPathException e) {
            throw problem(FileNames.problem(name, "cannot be read"));
        }
    }

    /** @param problem the rest of a sentence that begins with this file */
    InvalidFilesException problem(String problem) {
        return new InvalidFilesException(this + " " + problem);
    }

    @Override
    public String toString() {
        return option + " " + name;
    }
}
