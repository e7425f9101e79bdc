package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a program is started: the operator's words, one by one, with no shell between, and with none of this process's
 * environment but what the operator lets it have.
 *
 * @param name of the command
 */
record Launch(String name, List<String> command, Commands operator) {
    /** @param variables what the program finds in its environment, beside what it inherits */
    Child start(Map<String, String> variables) throws IOException {
        List<String> words = new ArrayList<>(operator.launcher());
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().keySet().removeIf(variable -> !operator.isInherited(variable));
        builder.environment().putAll(variables);
        return new Child(builder.start());
    }
}
