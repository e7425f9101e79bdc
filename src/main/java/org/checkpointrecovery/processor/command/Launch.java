package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a program is started: the operator's words, one by one, with no shell between.
 *
 * @param name of the command
 * @param launcher what stands before them
 */
record Launch(String name, List<String> launcher, List<String> command) {
    private static final String OWN_VARIABLES = "CHECKPOINT_RECOVERY_";

    /** @param variables what the program finds in its environment, beside this process's own */
    Child start(Map<String, String> variables) throws IOException {
        List<String> words = new ArrayList<>(launcher);
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().keySet().removeIf(variable -> variable.startsWith(OWN_VARIABLES));
        builder.environment().putAll(variables);
        return new Child(builder.start());
    }
}
