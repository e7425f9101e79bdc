package org.checkpointrecovery.processor.command;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the operator lets jobs run, and how.
 *
 * @param programs program and arguments by name
 * @param environment names of the variables of this process that programs inherit, beside {@link #ALWAYS_INHERITED}
 * @param launcher what each program is started with, so that it ends with this process; empty for nothing
 */
public record Commands(Map<String, List<String>> programs, Set<String> environment, List<String> launcher) {
    public static final Commands NONE = new Commands(Map.of(), Set.of(), List.of());

    /** Variables that hardly any program works without, and that hold no secrets. */
    static final Set<String> ALWAYS_INHERITED = Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR");

    public Commands {
        programs = new TreeMap<>(programs);
        environment = new TreeSet<>(environment);
        launcher = List.copyOf(launcher);
    }

    /** Whether the kernel ends each program with this process, however that ends. */
    public boolean endWithService() {
        return launcher.contains("--pdeathsig");
    }

    boolean isInherited(String variable) {
        return ALWAYS_INHERITED.contains(variable) || environment.contains(variable);
    }
}
