package org.checkpointrecovery.cli;

import java.io.IOException;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.DataLayout;
import picocli.CommandLine.Option;

/** The option of commands that read the data of a service. */
final class DataOption {
    @Option(
            names = {"-d", "--data"},
            defaultValue = "data/service",
            paramLabel = "DIR",
            description = "data directory of the service (default: ${DEFAULT-VALUE})")
    private String data = "";

    DataLayout layout(OptionValues values) {
        return new DataLayout(OptionValues.path("--data", data, values));
    }

    /** Returns why the data cannot be read or copied. */
    static String text(IOException e) {
        return e instanceof DamagedFileException || e.getClass() == IOException.class
                ? String.valueOf(e.getMessage())
                : e.toString();
    }
}
