package org.checkpointrecovery.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that a run writes behind the names that a user gives. A symbolic link is written through: the file that it
 * leads to is replaced, and the link stays. What is there already must be a regular file: to replace a device, a pipe or a
 * directory by one would destroy it.
 */
final class Targets {
    private static final int MAX_LINKS = 40;

    private final OptionValues values;

    Targets(OptionValues values) {
        this.values = values;
    }

    /**
     * The path of a file without symbolic links. Notes a problem if no regular file is or can be there.
     *
     * @param what names the file in the problem
     */
    Path file(String what, Path named) {
        Path path = named;
        try {
            if (Files.exists(named)) {
                if (Files.isDirectory(named)) {
                    values.problem(what + " is a directory");
                } else if (!Files.isRegularFile(named)) {
                    values.problem(
                            what + " is a named pipe, a socket or a device, not a regular file. Nothing was changed."
                                    + " Name a file");
                } else {
                    path = named.toRealPath();
                }
                return path;
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
                            ? what + " is in a directory that is not there"
                            : what + " is a symbolic link to " + path + ", in a directory that is not there");
        } catch (IOException e) {
            values.problem(what + " cannot be looked up: " + e);
        }
        return named;
    }

    private static Path inRealDirectory(Path file) throws IOException {
        Path parent = requireNonNull(file.getParent()).toRealPath();
        if (!Files.isDirectory(parent)) {
            throw new NoSuchFileException(parent.toString());
        }
        return parent.resolve(requireNonNull(file.getFileName()));
    }

    /** Notes a problem if something else than a regular file is where a run keeps a file of its own. */
    void own(Path file) {
        @Nullable String problem = problem(file);
        if (problem != null) {
            values.problem(problem);
        }
    }

    /** What keeps a file from being replaced; null if nothing does. */
    static @Nullable String problem(Path file) {
        return Files.exists(file, NOFOLLOW_LINKS) && !Files.isRegularFile(file, NOFOLLOW_LINKS)
                ? file + " is in the way: it is not a regular file. Nothing was changed. Move it away"
                : null;
    }
}
