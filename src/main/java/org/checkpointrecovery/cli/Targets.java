package org.checkpointrecovery.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the names that a user gives to the files that a run writes. A symbolic link is written through: its target is
 * replaced, and the link stays. An existing target must be a regular file: replacing a device, a pipe or a directory would
 * destroy it.
 */
final class Targets {
    private static final int MAX_LINKS = 40;

    private final OptionValues values;

    Targets(OptionValues values) {
        this.values = values;
    }

    /**
     * Returns the path of a file without symbolic links. Reports a problem if no regular file exists or can be created there.
     *
     * @param what names the file in the problem
     */
    Path file(String what, Path named) {
        Path path = named;
        try {
            BasicFileAttributes found = found(named);
            if (found != null && found.isDirectory()) {
                values.problem(what + " is a directory");
                return named;
            }
            if (found != null && !found.isRegularFile()) {
                values.problem(what + " is a named pipe, a socket or a device, not a regular file. Nothing was changed."
                        + " Name a regular file");
                return named;
            }
            path = inRealDirectory(path);
            for (int links = 0; Files.isSymbolicLink(path); links++) {
                if (links == MAX_LINKS) {
                    values.problem(what + " is a symbolic link that leads to itself");
                    return named;
                }
                path = inRealDirectory(path.resolveSibling(Files.readSymbolicLink(path)));
            }
            return path;
        } catch (NoSuchFileException e) {
            values.problem(
                    path.equals(named)
                            ? what + " is in a directory that does not exist"
                            : what + " is a symbolic link to " + path + ", in a directory that does not exist");
        } catch (IOException e) {
            values.problem(what + " cannot be resolved: " + e);
        }
        return named;
    }

    /** Returns what is there; null if nothing can be found. Asks once: a run that is under way replaces its files. */
    private static @Nullable BasicFileAttributes found(Path file, LinkOption... options) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, options);
        } catch (IOException e) {
            return null;
        }
    }

    private static Path inRealDirectory(Path file) throws IOException {
        Path parent = requireNonNull(file.getParent()).toRealPath();
        if (!Files.isDirectory(parent)) {
            throw new NoSuchFileException(parent.toString());
        }
        return parent.resolve(requireNonNull(file.getFileName()));
    }

    /** Reports a problem if anything but a regular file is in the way of an auxiliary file of a run. */
    void checkAuxiliary(Path file) {
        @Nullable String problem = problem(file);
        if (problem != null) {
            values.problem(problem);
        }
    }

    /** Returns why a file cannot be replaced; null if it can. */
    static @Nullable String problem(Path file) {
        BasicFileAttributes found = found(file, NOFOLLOW_LINKS);
        return found == null || found.isRegularFile()
                ? null
                : file + " is in the way: it is not a regular file. Nothing was changed. Move it away";
    }
}
