package org.checkpointrecovery.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.storage.FileNames;

/**
 * Reads the file of {@code --secrets-file}, in UTF-8:
 *
 * <pre>
 * # for the address check
 * GEO_TOKEN=Bearer 5f2c...
 * </pre>
 *
 * White space around a name and around its value is ignored. Problems name the line, never a value.
 */
final class SecretsFile {
    private static final String OPTION = "--secrets-file ";

    private SecretsFile() {}

    static Secrets read(String file, OptionValues values) {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            values.problem(OPTION + file + " " + FileNames.problem(file, "cannot be read"));
            return Secrets.NONE;
        }
        Map<String, String> secrets = new HashMap<>();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                String problem = add(line, secrets);
                if (!problem.isEmpty()) {
                    values.problem(OPTION + file + ", line " + number + ": " + problem);
                }
            }
        }
        return new Secrets(secrets);
    }

    /** Adds the secret of a line. Returns the problem with it, or an empty text. */
    private static String add(String line, Map<String, String> secrets) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            return "must be NAME=value";
        }
        String name = line.substring(0, equals).strip();
        String value = line.substring(equals + 1).strip();
        if (!Secrets.isName(name)) {
            return "its name must match [A-Za-z_][A-Za-z0-9_]*";
        }
        if (!Secrets.isValue(value)) {
            return "the value of " + name
                    + " must consist of visible ASCII characters, with spaces or tabs only between them";
        }
        return secrets.putIfAbsent(name, value) == null ? "" : name + " is set twice";
    }
}
