package org.checkpointrecovery.storage;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The file of an input does not exist. */
public final class InputGoneException extends NoSuchFileException {
    InputGoneException(Path file) {
        super(file.toString());
    }
}
