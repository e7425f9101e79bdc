package org.checkpointrecovery.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.checkpointrecovery.storage.Backup;
import org.checkpointrecovery.storage.DataCheck;
import org.checkpointrecovery.storage.DataLayout;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Copies the data of a service. */
@Command(
        name = CommandLineTool.BACKUP,
        description = "Copies the data directory of a service, running or not, and checks the copy.",
        versionProvider = CommandLineTool.Version.class,
        customSynopsis = "checkpoint-recovery backup [OPTIONS]",
        footer = {"", "To restore a backup, start a service on a copy of it. Exit code 1: there is no complete backup."
        })
final class BackupCommand implements Callable<Integer> {
    static final class Target {
        @Option(
                names = "--to",
                paramLabel = "DIR",
                description = "directory for the backup; must not exist or be empty (required)")
        @Nullable
        String to;
    }

    @Mixin(name = "Data")
    private DataOption data = new DataOption();

    @Mixin(name = "Backup")
    private Target target = new Target();

    @Mixin(name = "Help")
    HelpOptions help = new HelpOptions();

    @Override
    public Integer call() throws BadOptionsException {
        OptionValues values = new OptionValues();
        DataLayout from = data.layout(values);
        if (target.to == null) {
            values.problem("--to is missing: name a directory that does not exist or is empty");
        }
        DataLayout to = new DataLayout(OptionValues.path("--to", target.to == null ? "" : target.to, values));
        values.throwIfInvalid();
        try {
            DataCheck.Summary made = new Backup(new LocalDisk(), from, to).make(System.err::println);
            if (made.problems() > 0) {
                System.err.println("The backup in " + to.root() + " stays incomplete, problems: " + made.problems()
                        + ". Repair or delete what is damaged, delete the backup, and run the same command again.");
                return CommandLineTool.FAILED;
            }
            System.out.println("Backup complete in " + to.root() + ". jobs: " + made.jobs() + ", files: " + made.files()
                    + ", bytes: " + made.bytes());
            return CommandLineTool.DONE;
        } catch (IOException e) {
            System.err.println("Cannot back up " + from.root() + ": " + DataOption.text(e) + ".");
            return CommandLineTool.FAILED;
        }
    }
}
