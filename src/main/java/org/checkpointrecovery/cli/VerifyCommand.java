package org.checkpointrecovery.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.checkpointrecovery.storage.DataCheck;
import org.checkpointrecovery.storage.DataLayout;
import org.checkpointrecovery.storage.LocalDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks the data of a service. */
@Command(
        name = CommandLineTool.VERIFY,
        description = "Checks records, checksums and lengths in a data directory or backup, and changes nothing.",
        versionProvider = CommandLineTool.Version.class,
        customSynopsis = "checkpoint-recovery verify [OPTIONS]",
        footer = {"", "A service may be running. Exit code 1: there are problems, one on each line."})
final class VerifyCommand implements Callable<Integer> {
    @Mixin(name = "Data")
    private DataOption data = new DataOption();

    @Mixin(name = "Help")
    HelpOptions help = new HelpOptions();

    @Override
    public Integer call() throws BadOptionsException {
        OptionValues values = new OptionValues();
        DataLayout layout = data.layout(values);
        values.throwIfInvalid();
        try {
            DataCheck.Summary checked = new DataCheck(new LocalDisk(), layout, System.out::println).run();
            System.out.println("Check complete. jobs: " + checked.jobs() + ", files: " + checked.files() + ", bytes: "
                    + checked.bytes() + ", problems: " + checked.problems());
            return checked.problems() == 0 ? CommandLineTool.DONE : CommandLineTool.FAILED;
        } catch (IOException e) {
            System.err.println("Cannot check " + layout.root() + ": " + DataOption.text(e) + ".");
            return CommandLineTool.FAILED;
        }
    }
}
