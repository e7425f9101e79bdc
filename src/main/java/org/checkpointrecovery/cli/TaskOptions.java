package org.checkpointrecovery.cli;

import java.util.Arrays;
import java.util.Map;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.Secrets;

/**
 * The secrets and programs of a machine in a cluster, from the environment of its process. {@code
 * CHECKPOINT_RECOVERY_SECRETS_FILE}, {@code CHECKPOINT_RECOVERY_COMMAND} and {@code CHECKPOINT_RECOVERY_COMMAND_ENV} mean the
 * same as to the service.
 */
public record TaskOptions(Secrets secrets, Commands commands) {
    private static final String SECRETS_FILE = "CHECKPOINT_RECOVERY_SECRETS_FILE";
    private static final String COMMAND = "CHECKPOINT_RECOVERY_COMMAND";
    private static final String COMMAND_ENV = "CHECKPOINT_RECOVERY_COMMAND_ENV";

    /** Parses the rules that the service follows. */
    public static AddressRules addressRules(String text) {
        return AddressRules.parse(text, ServeCommand.HTTP_ALLOW);
    }

    /** @throws Processors.UnavailableException if a variable is invalid */
    public static TaskOptions of(Map<String, String> environment) throws Processors.UnavailableException {
        OptionValues values = new OptionValues();
        String file = environment.getOrDefault(SECRETS_FILE, "");
        String commands = environment.getOrDefault(COMMAND, "");
        String inherited = environment.getOrDefault(COMMAND_ENV, "");
        TaskOptions options = new TaskOptions(
                file.isEmpty() ? Secrets.NONE : SecretsFile.read(file, values),
                CommandOptions.commands(
                        commands.lines().filter(line -> !line.isBlank()).toList(),
                        Arrays.stream(inherited.split(","))
                                .filter(name -> !name.isBlank())
                                .toList(),
                        values));
        try {
            values.throwIfInvalid();
        } catch (BadOptionsException e) {
            throw new Processors.UnavailableException(e.getMessage() + ".");
        }
        return options;
    }
}
