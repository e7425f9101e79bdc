package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.checkpointrecovery.coding.UndecodableException;
import org.checkpointrecovery.engine.Refusal.InputPart;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.job.Verb.Answer;
import org.checkpointrecovery.storage.CommittedBytes;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputCheck;
import org.checkpointrecovery.storage.InputDecoder;
import org.checkpointrecovery.storage.InputIdentities;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.InputReplacedException;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.Output;
import org.jspecify.annotations.Nullable;

/** Prepares the input of a submission: writes or decodes it if the job has its own, and checks that it can be read. */
final class SubmittedInput {
    /** For inputs that are not files of the job. */
    private static final JobFiles NO_FILES = new JobFiles(Path.of(""));

    private final Inputs inputs;
    private final OwnInput ownInput;
    private final InputDecoder decoder;
    private final Outputs outputs;
    private final JobStore jobs;
    private final Disk disk;
    private final int maxItemBytes;

    /** Writes the input that a job stores itself. */
    interface Writer {
        void write(JobStore.Draft job) throws IOException;
    }

    /** An input that can be read. */
    record Opened(InputIdentity identity, InputItems items) {}

    SubmittedInput(
            Inputs inputs,
            OwnInput ownInput,
            InputDecoder decoder,
            Outputs outputs,
            JobStore jobs,
            Disk disk,
            int maxItemBytes) {
        this.inputs = inputs;
        this.ownInput = ownInput;
        this.decoder = decoder;
        this.outputs = outputs;
        this.jobs = jobs;
        this.disk = disk;
        this.maxItemBytes = maxItemBytes;
    }

    /** Refuses an input that cannot be used now. */
    void check(InputSpec input) throws RefusedException {
        inputs.check(input);
    }

    /** Writes inline items. */
    Writer writerOf(NewJob request) {
        return job -> job.writeInput(request.lines());
    }

    /** Copies the failed items of a job. Refuses a job that has none, or whose input is no longer the same. */
    Writer writerOfFailed(JobEntry parent) throws RefusedException, IOException {
        Job job = parent.job();
        Position committed = parent.committed();
        if (job.answer(Verb.RETRY_FAILED, committed.failed()) != Answer.YES) {
            throw notRetried(parent, committed.failed() == 0 ? "it has no failed items" : null);
        }
        JobFiles files = jobs.files(job.id());
        Input input = inputs.of(job.validSpec().input(), files);
        outputs.checkErrors(parent);
        try {
            InputCheck.Known known = new InputCheck.Known(
                    requireNonNull(job.identity()), null, committed.inputBytes(), committed.inputCrc32c());
            if (!(new InputCheck(disk, input, () -> false).compare(known) instanceof InputCheck.Found.Same)) {
                throw notRetried(parent, "its input has changed since it was submitted");
            }
        } catch (NoSuchFileException e) {
            throw notRetried(parent, "its input no longer exists");
        } catch (InputReplacedException e) {
            throw notRetried(parent, "its input cannot be read: " + e.getMessage());
        }
        CommittedBytes errors = new CommittedBytes(disk, files, Output.ERRORS, committed.errorsBytes());
        return child -> ownInput.copyFailed(child.forcedFiles(), job, input, errors);
    }

    /** Whether an input must be decoded into a file of the job, which may take long. */
    boolean isDecoded(InputSpec input) {
        try {
            inputs.check(input);
            return !findDecoding(input).isNone();
        } catch (RefusedException | IOException e) {
            return false; // the submission reports it
        }
    }

    private Decoding findDecoding(InputSpec spec) throws IOException {
        String name =
                spec instanceof InputSpec.InputPath path ? path.path() : ""; // an upload is decoded by its content only
        return isOwn(spec)
                ? Decoding.NONE
                : decoder.find(
                        inputs.source(spec, NO_FILES), name, spec.decoding().encoding());
    }

    private static boolean isOwn(InputSpec spec) {
        return spec instanceof InputSpec.Inline || spec instanceof InputSpec.FailedItemsOf;
    }

    /** Writes the input that a job stores itself. Returns the spec with the decoding that was found. */
    JobSpec prepare(JobSpec spec, JobStore.Draft job, Writer writer) throws RefusedException, IOException {
        InputSpec input = spec.input();
        if (isOwn(input)) {
            writer.write(job);
            return spec;
        }
        InputPart part = input instanceof InputSpec.InputPath ? InputPart.PATH : InputPart.UPLOAD;
        try {
            Decoding decoding = findDecoding(input);
            if (!decoding.isNone()
                    && !decoder.decode(
                            inputs.source(input, job.files()),
                            decoding,
                            job.forcedFiles().ownInput())) {
                throw new Refusal.Stopping().exception();
            }
            return spec.over(input.decodedBy(decoding));
        } catch (UndecodableException e) {
            throw new Refusal.BadInput(part, "cannot be used: " + e.getMessage()).exception();
        } catch (FileStore.TooLargeException e) {
            throw new Refusal.InputTooLarge(part, e.maxBytes()).exception();
        } catch (NoSuchFileException e) {
            throw deleted();
        } catch (InputReplacedException e) {
            throw bad("cannot be read: " + e.getMessage());
        }
    }

    /** Checks a prepared input. Refuses a CSV input whose start does not match the format. */
    Opened open(JobSpec spec, JobStore.Draft job) throws RefusedException, IOException {
        Disk disk = job.disk();
        Input input = inputs.of(spec.input(), job.files());
        try {
            InputIdentity identity = InputIdentities.of(disk, input);
            return new Opened(identity, input.items(disk, spec.format(), identity.bytes(), maxItemBytes));
        } catch (CsvHeader.BadHeaderException e) {
            throw bad("cannot be read as CSV: " + e.getMessage());
        } catch (NoSuchFileException e) {
            throw deleted();
        } catch (InputReplacedException e) {
            throw bad("cannot be read: " + e.getMessage());
        } catch (InputTruncatedException e) {
            throw bad("was truncated during the submission; submit the job again when it no longer changes");
        }
    }

    private static RefusedException deleted() {
        return bad("was deleted during the submission; restore it and submit the job again");
    }

    private static RefusedException bad(String why) {
        return new Refusal.BadInput(InputPart.WHOLE, why).exception();
    }

    private static RefusedException notRetried(JobEntry parent, @Nullable String why) {
        return new Refusal.NotAllowed(Verb.RETRY_FAILED, parent.view(), why).exception();
    }
}
