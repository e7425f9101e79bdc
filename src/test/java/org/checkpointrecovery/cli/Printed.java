package org.checkpointrecovery.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.api.SpecFile;

/** The exit code of a command line, and what it printed. A service that would start is not started. */
record Printed(int code, String output, String errors) {
    static Printed by(String... arguments) {
        return by(Map.of(), arguments);
    }

    static Printed by(Map<String, String> environment, String... arguments) {
        PrintStream outputBefore = System.out;
        PrintStream errorsBefore = System.err;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            int code = CommandLineTool.run(arguments, environment, SpecFile::read, config -> CommandLineTool.DONE);
            return new Printed(code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(outputBefore);
            System.setErr(errorsBefore);
        }
    }

    List<String> errorLines() {
        return errors.lines().toList();
    }
}
