package org.checkpointrecovery.engine.flink.task;

import java.io.IOException;
import java.util.Optional;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.TaskEnd;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.InputGoneException;
import org.checkpointrecovery.storage.InputReplacedException;

/** The job has stopped and no task may continue it. The service knows why, or reads it from a file. */
public final class WorkEndedException extends Exception {
    private static final String SAFE = ". Committed results are safe. ";
    private static final String RESTORE_INPUT =
            SAFE + "Restore the original input and resume, or submit the job again.";

    WorkEndedException(String message) {
        super(message);
    }

    /** Ends a submission and tells the service why. */
    static WorkEndedException end(RangeStore ranges, int submission, Run.End how, ErrorCode code, String message)
            throws IOException {
        ranges.end(submission, new TaskEnd(how, new Reason(code, message)));
        return new WorkEndedException(code + ": " + message);
    }

    /**
     * Ends a submission because of a failure that no other try would avoid; empty if another may.
     *
     * @param where it came: a process of the cluster, in the middle of a sentence
     */
    public static Optional<WorkEndedException> of(RangeStore ranges, int submission, String where, IOException failure)
            throws IOException {
        ErrorCode code;
        String message;
        if (failure instanceof InputTruncatedException) {
            code = ErrorCode.INPUT_CHANGED;
            message = "The input changed while it was being read: " + failure.getMessage() + RESTORE_INPUT;
        } else if (failure instanceof InputReplacedException) {
            code = ErrorCode.INPUT_CHANGED;
            message = "The input has changed since the job was submitted: " + failure.getMessage() + RESTORE_INPUT;
        } else if (failure instanceof InputGoneException) {
            code = ErrorCode.INPUT_MISSING;
            message = "The input no longer exists on " + where + " of the cluster: " + failure.getMessage() + SAFE
                    + "Restore it and resume.";
        } else if (failure instanceof OpenQuoteException quote) {
            code = ErrorCode.OPEN_QUOTE;
            message = quote.explanation();
        } else if (failure instanceof DiskFullException) {
            code = ErrorCode.DISK_FULL;
            message = "The disk is full: " + failure.getMessage() + SAFE + "Free up space and resume.";
        } else {
            return Optional.empty();
        }
        return Optional.of(end(ranges, submission, Run.End.FAILED, code, message));
    }
}
