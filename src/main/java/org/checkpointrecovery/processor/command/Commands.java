package org.checkpointrecovery.processor.command;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The commands that jobs may run.
 *
 * @param programs program and arguments by name
 * @param environment names of variables that programs inherit in addition to {@link #ALWAYS_INHERITED}
 * @param launcher command prefix that ends each program together with this process; may be empty
 */
public record Commands(Map<String, List<String>> programs, Set<String> environment, List<String> launcher) {
    public static final Commands NONE = new Commands(Map.of(), Set.of(), List.of());

    /** Variables that nearly all programs need and that contain no secrets. */
    static final Set<String> ALWAYS_INHERITED = Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR");

    public Commands {
        programs = new TreeMap<>(programs);
        environment = new TreeSet<>(environment);
        launcher = List.copyOf(launcher);
    }

    /** Whether the kernel ends each program when this process ends in any way. */
    public boolean endWithService() {
        return launcher.contains("--pdeathsig");
    }

    boolean isInherited(String variable) {
        return ALWAYS_INHERITED.contains(variable) || environment.contains(variable);
    }
}
