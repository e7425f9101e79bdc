package org.checkpointrecovery.cli;

import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobSpec;
import org.jspecify.annotations.Nullable;

/**
 * Where the items of a run come from.
 *
 * @param place the option or the place in a spec that says so
 * @param file its value: the name of a file, or - for standard input; null if the items are inline
 */
record RunInput(String place, @Nullable String file) {
    /** The input of a spec that cannot be read. There is no file to check. */
    static final RunInput UNKNOWN = new RunInput(SpecOption.NAME, null);

    static RunInput option(String file) {
        return new RunInput("--input", file);
    }

    /** Returns the input of a spec that options describe. */
    static RunInput of(JobSpec spec) {
        return option(spec.input() instanceof InputSpec.InputPath named ? named.path() : "");
    }

    boolean isInline() {
        return file == null;
    }

    boolean isStandardInput() {
        return RunCommand.STREAM.equals(file);
    }

    /** Returns the place and its value, for messages. */
    @Override
    public String toString() {
        return file == null ? place : place + " " + file;
    }
}
