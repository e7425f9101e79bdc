package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes that a program has started and that have not left its process group: they are its group's also when it has
 * ended and they belong to another parent. Only on Linux; elsewhere there are none.
 */
final class ProcessGroup {
    private static final Path PROC = Path.of("/proc");
    private static final int MOST_ROUNDS = 10; // what a killed process had just started is found in the next one

    private ProcessGroup() {}

    /** Kills all members of the group that a process leads or has led. */
    static void kill(long leader) {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<ProcessHandle> members = members(leader);
            if (members.isEmpty()) {
                return;
            }
            members.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static List<ProcessHandle> members(long leader) {
        List<ProcessHandle> members = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[1-9]*")) {
            for (Path process : processes) {
                if (isMember(process, leader)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(members::add);
                }
            }
        } catch (IOException | RuntimeException e) {
            // not Linux
        }
        return members;
    }

    /** As proc(5) has it: {@code pid (name) state ppid pgrp ...}, where the name may have brackets and spaces. */
    private static boolean isMember(Path process, long leader) {
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
