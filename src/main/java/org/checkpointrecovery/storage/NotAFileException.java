package org.checkpointrecovery.storage;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A path that should be a regular file is something else. It was not opened. */
public final class NotAFileException extends DamagedFileException {
    private static final String LINK = "a symbolic link";

    private final String kind;

    NotAFileException(Path path, String kind) {
        super(path + " is " + kind + ", not a regular file. It was not opened. Restore the file and retry.");
        this.kind = kind;
    }

    NotAFileException(Path path, BasicFileAttributes attributes) {
        this(path, kindOf(attributes));
    }

    /** Returns what the path is, with an article. */
    public String kind() {
        return kind;
    }

    /** Whether it is a symbolic link, which can be renamed without touching its target. */
    boolean isLink() {
        return kind.equals(LINK);
    }

    private static String kindOf(BasicFileAttributes attributes) {
        if (attributes.isDirectory()) {
            return "a directory";
        }
        return attributes.isSymbolicLink() ? LINK : "a named pipe, a socket or a device";
    }
}
