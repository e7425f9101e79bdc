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
    /** @param variables set in the program's environment in addition to the inherited ones */
    Child start(Map<String, String> variables) throws IOException {
        List<String> words = new ArrayList<>(operator.launcher());
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().keySet().removeIf(variable -> !operator.isInherited(variable));
        builder.environment().putAll(variables);
        return new Child(builder.start());
    }
}
