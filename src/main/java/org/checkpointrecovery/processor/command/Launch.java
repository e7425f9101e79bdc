package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts a program: the operator's words one by one, without a shell, and with only the environment variables that the
 * operator allows.
 *
 * @param name of the command
 */
record Launch(String name, List<String> command, Commands operator) {
    /**
     * Held while a program starts. The JDK starts it through a helper that waits for a pipe and has inherited all open
     * files. Two helpers at once hold the pipes of each other: if the service is killed at that moment, both wait for
     * ever, with its listening socket open. A single helper sees the end of its pipe and exits.
     */
    private static final Object STARTING = new Object();

    /** @param variables set in the program's environment in addition to the inherited ones */
    Child start(Map<String, String> variables) throws IOException {
        List<String> words = new ArrayList<>(operator.launcher());
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().keySet().removeIf(variable -> !operator.isInherited(variable));
        builder.environment().putAll(variables);
        synchronized (STARTING) {
            return new Child(builder.start());
        }
    }
}
