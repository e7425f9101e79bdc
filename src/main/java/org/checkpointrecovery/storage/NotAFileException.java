package org.checkpointrecovery.storage;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Something else than a regular file is where a file is to be read or written. It was not opened. */
public final class NotAFileException extends DamagedFileException {
    private final String kind;

    NotAFileException(Path path, String kind) {
        super(path + " is " + kind + ", not a regular file. It was not opened. Put the file back and try again.");
        this.kind = kind;
    }

    NotAFileException(Path path, BasicFileAttributes attributes) {
        this(path, kindOf(attributes));
    }

    /** What it is, with its article. */
    public String kind() {
        return kind;
    }

    private static String kindOf(BasicFileAttributes attributes) {
        if (attributes.isDirectory()) {
            return "a directory";
        }
        return attributes.isSymbolicLink() ? "a symbolic link" : "a named pipe, a socket or a device";
    }
}
