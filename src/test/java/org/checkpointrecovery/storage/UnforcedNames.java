package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The names on a disk: what a caller sees, what is on the medium, and the changes between the two. When power is cut each
 * change that was not forced has happened or not, whatever became of the others. A move is one change: the file is found under
 * its old name or under the new one.
 */
final class UnforcedNames {
    private static final AtomicLong NUMBERS = new AtomicLong();
    private final Directory root = new Directory();
    private final List<Directory> directories = new ArrayList<>(List.of(root));
    private final List<Change> unforced = new ArrayList<>();

    /** What has a name. */
    sealed interface Node permits Directory, UnforcedBytes {
        /** Tells the node from any other, as an inode's number does, and its changes from each other, as its times do. */
        Look look();
    }

    /** Increases with each change, even if a power cut takes the change back. */
    static final class Look {
        final long number = NUMBERS.incrementAndGet();
        long changes;
    }

    static final class Directory implements Node {
        final Map<String, Node> seen = new TreeMap<>();
        private final Map<String, Node> onMedium = new TreeMap<>();
        private final Look look = new Look();

        @Override
        public Look look() {
            return look;
        }
    }

    @Nullable
    Node find(Path path) {
        Node node = root;
        for (Path name : absolute(path)) {
            Node child = node instanceof Directory directory ? directory.seen.get(name.toString()) : null;
            if (child == null) {
                return null;
            }
            node = child;
        }
        return node;
    }

    Directory directory(Path path) throws IOException {
        Node node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (node instanceof Directory directory) {
            return directory;
        }
        throw new NotDirectoryException(path.toString());
    }

    Directory parentOf(Path path) throws IOException {
        Path parent = absolute(path).getParent();
        if (parent == null) {
            throw new IOException(path + " is the root");
        }
        return directory(parent);
    }

    /** Gives a new node its name, or another name to one that has one; what had the name before loses it. */
    void name(Path path, Node node) throws IOException {
        if (node instanceof Directory directory && !directories.contains(directory)) {
            directories.add(directory);
        }
        Change change = new Change(parentOf(path), nameOf(path), node);
        for (Directory each : directories) {
            if (each.seen.values().removeIf(named -> named == node)) {
                each.look.changes++;
            }
        }
        change.directory.look.changes++;
        change.directory.seen.put(change.name, node);
        unforced.add(change);
    }

    /** Gives a node its name on the medium, and all directories above it, which are made as needed. */
    void nameOnMedium(Path path, Node node) throws IOException {
        Path parent = absolute(path).getParent();
        if (parent != null && !parent.equals(parent.getRoot())) {
            Node directory = find(parent);
            nameOnMedium(parent, directory == null ? new Directory() : directory);
        }
        name(path, node);
        arrive(unforced.remove(unforced.size() - 1));
    }

    void delete(Path path) throws IOException {
        Change change = new Change(parentOf(path), nameOf(path), null);
        change.directory.look.changes++;
        change.directory.seen.remove(change.name);
        unforced.add(change);
    }

    /** The changes in this directory are on the medium. A move counts for the directory that it leads to. */
    void force(Directory directory) {
        List<Change> left = new ArrayList<>();
        for (Change change : unforced) {
            if (change.directory == directory) {
                arrive(change);
                left.removeIf(earlier -> change.node != null && earlier.node == change.node);
            } else {
                left.add(change);
            }
        }
        unforced.clear();
        unforced.addAll(left);
    }

    /** Cuts the power for the names and then for the content of all files that still have one. */
    void cutPower(Random random) {
        int kind = random.nextInt(4);
        for (Change change : unforced) {
            if (kind == 0 || (kind > 1 && random.nextBoolean())) {
                arrive(change);
            }
        }
        unforced.clear();
        for (Directory directory : directories) {
            directory.seen.clear();
            directory.seen.putAll(directory.onMedium);
        }
        cutPower(root, random);
    }

    private static void cutPower(Directory directory, Random random) {
        for (Node node : directory.seen.values()) {
            if (node instanceof Directory child) {
                cutPower(child, random);
            } else if (node instanceof UnforcedBytes file) {
                file.cutPower(random);
            }
        }
    }

    private void arrive(Change change) {
        if (change.node == null) {
            change.directory.onMedium.remove(change.name);
        } else {
            directories.forEach(each -> each.onMedium.values().removeIf(named -> named == change.node));
            change.directory.onMedium.put(change.name, change.node);
        }
    }

    private static Path absolute(Path path) {
        return Path.of("/").resolve(path).normalize();
    }

    private static String nameOf(Path path) {
        return absolute(path).getFileName().toString();
    }

    /** From now on the name in the directory means {@code node}, and no other name does; without a node it is free. */
    private record Change(
            Directory directory, String name, @Nullable Node node) {}
}
