package org.checkpointrecovery.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.storage.FileNames;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.JobFiles;

/**
 * Finds the file of an input: an upload, the job's own file, or a file in the input directory, which a path cannot
 * leave.
 */
final class Inputs {
    private final FileStore uploads;
    private final Path inputDirectory;
    private final Path dataDirectory;

    Inputs(FileStore uploads, Path inputDirectory, Path dataDirectory) {
        this.uploads = uploads;
        this.inputDirectory = inputDirectory;
        this.dataDirectory = dataDirectory;
    }

    /**
     * Returns the input of a job.
     *
     * @param files of the job
     */
    Input of(InputSpec spec, JobFiles files) {
        return spec.decoding().isNone() ? source(spec, files) : Input.of(files.ownInput(), false);
    }

    /** Returns the input of a job before decoding. */
    Input source(InputSpec spec, JobFiles files) {
        if (spec instanceof InputSpec.Upload upload) {
            return Input.of(uploads.content(upload.fileId()), false);
        }
        if (spec instanceof InputSpec.InputPath path) {
            return Input.of(FileNames.resolve(inputDirectory, path.path()), true);
        }
        if (spec instanceof InputSpec.FailedItemsOf) {
            return new Input(files.ownInput(), files.ownIndexes(), false, true);
        }
        return new Input(files.ownInput(), null, false, true);
    }

    /** Refuses a missing upload, and a path that is not a file in the input directory. */
    void check(InputSpec spec) throws RefusedException {
        if (spec instanceof InputSpec.Upload upload
                && uploads.find(upload.fileId()).isEmpty()) {
            throw new Refusal.UnknownInput(upload.fileId()).exception();
        }
        if (spec instanceof InputSpec.InputPath path) {
            checkPath(path.path());
        }
    }

    private void checkPath(String text) throws RefusedException {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                throw refused(text, "is absolute; send a path relative to the service's input directory");
            }
            Path root = inputDirectory.toRealPath();
            Path file = root.resolve(path);
            if (path.normalize().startsWith("..")) { // even if it leads back: that would reveal the directory's name
                throw refused(text, "is outside the service's input directory");
            }
            if (!Files.exists(file)) {
                throw refused(text, "does not exist in the service's input directory");
            }
            Path real = file.toRealPath();
            if (!real.startsWith(root)) {
                throw refused(text, "is outside the service's input directory");
            }
            if (Files.exists(dataDirectory) && real.startsWith(dataDirectory.toRealPath())) {
                throw refused(text, "is inside the service's data directory; use a copy elsewhere");
            }
            if (!Files.isRegularFile(real)) {
                throw refused(text, "is not a file");
            }
            if (!Files.isReadable(real)) {
                throw refused(text, "cannot be read by the service");
            }
        } catch (InvalidPathException e) {
            throw refused(text, FileNames.problem(text, "is not a valid path"));
        } catch (IOException e) {
            throw refused(text, "cannot be accessed");
        }
    }

    private static RefusedException refused(String path, String why) {
        return new Refusal.BadInput(Refusal.InputPart.PATH, "\"" + path + "\" " + why).exception();
    }
}
