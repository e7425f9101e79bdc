package org.checkpointrecovery.cli;

import java.util.List;
import java.util.Map;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.http.Secrets;

/**
 * What a machine of a cluster provides for the items that it works on, from the environment of its process: {@code
 * CHECKPOINT_RECOVERY_SECRETS_FILE} and {@code CHECKPOINT_RECOVERY_COMMAND} mean what they mean to the service.
 */
public record TaskOptions(Secrets secrets, Map<String, List<String>> commands) {
    private static final String SECRETS_FILE = "CHECKPOINT_RECOVERY_SECRETS_FILE";
    private static final String COMMAND = "CHECKPOINT_RECOVERY_COMMAND";

    /** @throws Processors.UnavailableException if a variable cannot be used */
    public static TaskOptions of(Map<String, String> environment) throws Processors.UnavailableException {
        OptionValues values = new OptionValues();
        String file = environment.getOrDefault(SECRETS_FILE, "");
        String commands = environment.getOrDefault(COMMAND, "");
        TaskOptions options = new TaskOptions(
                file.isEmpty() ? Secrets.NONE : SecretsFile.read(file, values),
                CommandOptions.read(
                        commands.lines().filter(line -> !line.isBlank()).toList(), values));
        try {
            values.throwIfWrong();
        } catch (BadOptionsException e) {
            throw new Processors.UnavailableException(e.getMessage() + ".");
        }
        return options;
    }

    /** What the programs of {@link #commands} are started with, so that the kernel ends them with this process. */
    public List<String> launcher() {
        return CommandOptions.launcher();
    }
}
