package org.checkpointrecovery.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may use what the service creates, besides its owner, whatever the umask: nobody, or for storage that several users
 * share, their group or everybody.
 *
 * @param bits permissions of directories, 0700 to 0777; files have the same without those to execute
 */
public record DataMode(int bits) {
    public static final DataMode OWNER_ONLY = new DataMode(0700);

    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final Pattern FORM = Pattern.compile("0?7[057][057]");
    private static final int READ_AND_WRITE = 0666;
    private static final int PERMISSIONS = 0777;
    private static final int SPECIAL_BITS = 07000;

    /** Parses octal digits, such as 750; empty if a directory with it would be of no use. */
    public static Optional<DataMode> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new DataMode(Integer.parseInt(text, 8))) : Optional.empty();
    }

    /** Returns the mode that a directory was created with. */
    public static DataMode of(Path directory) throws IOException {
        return UNIX ? new DataMode(mode(directory) & PERMISSIONS) : OWNER_ONLY;
    }

    /** What a new file, or a new directory, is created with: never more than is meant. */
    FileAttribute<?>[] atFirst(boolean isDirectory) {
        return UNIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(isDirectory ? "rwx------" : "rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Whether what is created must be opened to others. */
    boolean isShared() {
        return UNIX && bits != OWNER_ONLY.bits;
    }

    /** Returns the mode of what was created. Keeps the bit of a directory that gives its group to what is created in it. */
    int modeOf(Path created, boolean isDirectory) throws IOException {
        return (mode(created) & SPECIAL_BITS) | (isDirectory ? bits : bits & READ_AND_WRITE);
    }

    private static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode", NOFOLLOW_LINKS);
    }

    /** Returns the octal digits. */
    @Override
    public String toString() {
        return Integer.toOctalString(bits);
    }
}
