package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes of a program's process group, including those that outlive the program. Works on Linux only; finds none
 * elsewhere.
 */
final class ProcessGroup {
    private static final Path PROC = Path.of("/proc");
    private static final int MAX_ROUNDS = 10; // a round finds processes started during the previous one

    private ProcessGroup() {}

    /** Kills all members of the group that a process leads or led. */
    static void kill(long leader) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            List<ProcessHandle> members = members(leader);
            if (members.isEmpty()) {
                return;
            }
            members.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static List<ProcessHandle> members(long leader) {
        try (Stream<Path> processes = Files.list(PROC)) {
            return processes
                    .filter(process -> isMember(process, leader))
                    .map(process -> ProcessHandle.of(
                            Long.parseLong(process.getFileName().toString())))
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // not Linux
        }
    }

    /**
     * Parses the format of proc(5): {@code pid (name) state ppid pgrp ...}, where the name may contain brackets and
     * spaces.
     */
    private static boolean isMember(Path process, long leader) {
        if (!Character.isDigit(process.getFileName().toString().charAt(0))) {
            return false; // not a process
        }
        try {
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 4);
            boolean alive = !fields[0].equals("Z") && !fields[0].equals("X");
            return alive && Long.parseLong(fields[2]) == leader;
        } catch (IOException | RuntimeException e) {
            return false; // it has just ended
        }
    }
}
