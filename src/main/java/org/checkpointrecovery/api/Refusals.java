package org.checkpointrecovery.api;

import java.util.List;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.Refusal;

/** Explains refusals in the terms of HTTP: problem details, JSON pointers and the names of headers and parameters. */
final class Refusals {
    private Refusals() {}

    static Problem problem(Refusal refusal, boolean faultsAllowed) {
        if (refusal instanceof Refusal.NoSuchJob missing) {
            return Problem.of(Problem.Kind.NOT_FOUND, "There is no job " + missing.id() + ".");
        }
        if (refusal instanceof Refusal.NoSuchFile missing) {
            return Problem.of(Problem.Kind.NOT_FOUND, "There is no file " + missing.id() + ".");
        }
        if (refusal instanceof Refusal.NotAllowed not) {
            return notAllowed(not, faultsAllowed);
        }
        if (refusal instanceof Refusal.DamagedRecord damaged) {
            String detail = "The record of job " + damaged.job().job().id()
                    + " is damaged and cannot be changed. Nothing was changed. Restore the record, or delete the job.";
            return new Problem(Problem.Kind.CONFLICT, detail, List.of(), stand(damaged.job(), faultsAllowed));
        }
        if (refusal instanceof Refusal.FileInUse used) {
            return Problem.of(
                    Problem.Kind.CONFLICT,
                    "File " + used.file() + " is in use by job "
                            + used.user().job().id() + ", which is "
                            + used.user().job().status()
                            + ". Nothing was changed. Delete the file once the job is COMPLETED or CANCELLED.");
        }
        if (refusal instanceof Refusal.AncestorDeleted deleted) {
            return Problem.of(
                    Problem.Kind.CONFLICT,
                    "Job " + deleted.ancestor() + ", an ancestor of job " + deleted.job()
                            + ", was deleted with its results, so they cannot be merged. Omit merged=true to get the"
                            + " results of job " + deleted.job() + " alone.");
        }
        if (refusal instanceof Refusal.QueueFull full) {
            return Problem.of(
                    Problem.Kind.QUEUE_FULL,
                    "The queue is full: " + full.maxQueued()
                            + " jobs are waiting (--max-queued). Nothing was changed. Retry when some of them have"
                            + " started.");
        }
        if (refusal instanceof Refusal.Stopping) {
            return Problem.of(
                    Problem.Kind.UNAVAILABLE, "The service is stopping. Nothing was changed. Retry when it is back.");
        }
        return Problem.invalid(List.of(fieldError(refusal)));
    }

    private static Problem notAllowed(Refusal.NotAllowed not, boolean faultsAllowed) {
        JobView view = not.job();
        String status = view.job().status().name();
        String detail = "Job " + view.job().id() + " is " + status + " and does not allow "
                + not.verb().text() + (not.why() == null ? "" : ": " + not.why())
                + ". Nothing was changed. Use one of its allowedActions.";
        return new Problem(Problem.Kind.CONFLICT, detail, List.of(), stand(view, faultsAllowed));
    }

    private static Problem.Stand stand(JobView view, boolean faultsAllowed) {
        return new Problem.Stand(view.job().status().name(), JobJson.allowedActions(view, faultsAllowed));
    }

    /** Returns the field to blame, for a refusal of a value in the request. */
    static Problem.FieldError fieldError(Refusal refusal) {
        if (refusal instanceof Refusal.KeyUsed used) {
            return new Problem.FieldError(
                    "Idempotency-Key",
                    "\"" + used.key() + "\" was already used for a different request; send the same body, or use "
                            + "another key");
        }
        if (refusal instanceof Refusal.TooManyLabels many) {
            return new Problem.FieldError("/labels", Labels.tooMany(many.labels()));
        }
        if (refusal instanceof Refusal.UnknownInput unknown) {
            return new Problem.FieldError(
                    "/input/fileId", "there is no file \"" + unknown.fileId() + "\"; upload it with POST /v1/files");
        }
        if (refusal instanceof Refusal.BadInput bad) {
            return new Problem.FieldError(pointer(bad.part()), bad.why());
        }
        if (refusal instanceof Refusal.InputTooLarge large) {
            return new Problem.FieldError(
                    pointer(large.part()),
                    "decodes to more than " + large.maxBytes()
                            + " bytes (--max-upload); split it, or decode it before the upload");
        }
        if (refusal instanceof Refusal.BadProcessor bad) {
            StringBuilder pointer = new StringBuilder("/processor");
            bad.option().forEach(name -> pointer.append('/').append(Report.pointer(name)));
            return new Problem.FieldError(pointer.toString(), bad.why());
        }
        throw new IllegalArgumentException("no explanation for " + refusal);
    }

    private static String pointer(Refusal.InputPart part) {
        return switch (part) {
            case WHOLE -> "/input";
            case UPLOAD -> "/input/fileId";
            case PATH -> "/input/path";
        };
    }
}
