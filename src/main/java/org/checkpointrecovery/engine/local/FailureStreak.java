package org.checkpointrecovery.engine.local;

import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.ConcurrentProcessor.Pauses;
import org.jspecify.annotations.Nullable;

/**
 * Detects consecutive failures, in the order of their answers, that must have a common cause, so that the job pauses.
 * Used by one thread.
 */
final class FailureStreak {
    private final int failedItems;
    private final int unauthorizedAnswers;
    private int failed;
    private int unauthorized;

    /** The effect of a finished item on the streak. */
    enum Effect {
        /** The streak ends: earlier failures are final. */
        BREAKS,
        /** The item may share the cause of the streak, and is retried if the job pauses. */
        EXTENDS
    }

    private FailureStreak(int failedItems, int unauthorizedAnswers) {
        this.failedItems = failedItems;
        this.unauthorizedAnswers = unauthorizedAnswers;
    }

    /** Returns a streak that never pauses if the job's limits end it earlier. */
    static FailureStreak of(Pauses pauses, FailedItemLimits limits) {
        long allowed = limits.itemsAllowed();
        return new FailureStreak(
                allowed < pauses.failedItems() ? Integer.MAX_VALUE : pauses.failedItems(),
                allowed < pauses.unauthorizedAnswers() ? Integer.MAX_VALUE : pauses.unauthorizedAnswers());
    }

    /** @param failure null if the item succeeded */
    Effect add(@Nullable ItemFailure failure) {
        if (failure == null) {
            failed = 0;
            unauthorized = 0;
            return Effect.BREAKS;
        }
        failed++;
        Integer status = failure.status();
        unauthorized = status != null && (status == 401 || status == 403) ? unauthorized + 1 : 0;
        boolean mayPause =
                failedItems < Integer.MAX_VALUE || (unauthorized > 0 && unauthorizedAnswers < Integer.MAX_VALUE);
        return mayPause ? Effect.EXTENDS : Effect.BREAKS;
    }

    /** Returns why the job must pause; null if it need not. */
    @Nullable
    Reason pause(ItemFailure last) {
        if (unauthorized >= unauthorizedAnswers) {
            return new Reason(
                    ErrorCode.NOT_AUTHORIZED,
                    unauthorized
                            + " consecutive calls were answered with 401 or 403. The job was paused; these items were "
                            + "not failed. Correct the credentials and resume to retry them.");
        }
        if (failed >= failedItems) {
            return new Reason(
                    ErrorCode.FAILED_ITEMS_IN_A_ROW,
                    failed + " consecutive items failed, the last one with " + last.code() + ": " + last.message()
                            + " The job was paused. Fix the cause and resume to retry them. To let them fail, submit "
                            + "the job with a higher pauseAfterFailedItems, or null for no limit.");
        }
        return null;
    }
}
