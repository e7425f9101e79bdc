package org.checkpointrecovery.rehearsal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * The failures that one run rehearses: the items that fail, their delay, and the crash once one is armed. While a crash
 * is armed, the run commits batch by batch, so that the crash loses one batch and no other. Items have numbers, from 0 in
 * the input of the job. Thread-safe.
 */
final class Rehearsal {
    private final RunControl control;
    private final Scope scope;
    private final @Nullable Faults faults;
    private final boolean firstRun;
    /** Whether the indexes of the items are those of another job's input. */
    private final boolean renumbered;

    private final Runnable halt;
    private Position committed = Position.START; // guarded by this
    private @Nullable CrashOrder order; // guarded by this
    private boolean struck; // guarded by this
    /** The number of the item whose batch the crash hits; {@link Long#MAX_VALUE} while none is armed. */
    private volatile long target = Long.MAX_VALUE;
    /** The number of items that have passed the processors of this process. */
    private final AtomicLong counted = new AtomicLong();

    private volatile boolean ordered;

    /** The crashes that a rehearsal carries out. */
    enum Scope {
        /** All crashes of a run. */
        RUN,
        /** Those that hit the checkpoint. Tasks elsewhere carry out the others. */
        CHECKPOINT,
        /** Those that hit a range; it has no checkpoint. */
        RANGE;

        boolean has(CrashOrder order) {
            return switch (this) {
                case RUN, RANGE -> true;
                case CHECKPOINT ->
                    order.mode() == CrashMode.JOB && order.point().isOfCheckpoint();
            };
        }
    }

    /** @param halt ends the process at once */
    Rehearsal(Job job, RunControl control, Scope scope, Runnable halt) {
        this.control = control;
        this.scope = scope;
        this.faults = job.validSpec().faults();
        this.firstRun = job.runs().isEmpty();
        this.renumbered = job.parentId() != null;
        this.halt = halt;
        control.onChange(this::wake);
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** Starts at a position, and arms the crash of the spec. */
    synchronized void begin(Position from) {
        committed = from;
        counted.set(from.nextItem());
        CrashOrder crash = crashOfSpec();
        if (crash != null && scope.has(crash)) {
            arm(crash, from.nextItem() + crash.afterItems() - 1);
        }
    }

    /** Starts at a range, and arms the crash of the spec if the range has its item. */
    synchronized void begin(Range range) {
        counted.set(range.firstItem());
        CrashOrder crash = crashOfSpec();
        if (crash == null || crash.afterItems() <= range.firstItem() || crash.afterItems() > range.nextItem()) {
            return;
        }
        if (crash.point().isOfCheckpoint()) {
            control.commitEachBatch(); // the service crashes at the end of the batch, which must be in the record
        } else {
            arm(crash, crash.afterItems() - 1);
        }
    }

    private @Nullable CrashOrder crashOfSpec() {
        return faults == null || faults.crashAfterItems() == null || !firstRun
                ? null
                : new CrashOrder(CrashMode.JOB, faults.crashPoint(), faults.crashAfterItems());
    }

    /**
     * Arms a crash that was ordered from outside. One that hits the current batch during processing strikes at once.
     *
     * @return false if it is not one that this rehearsal carries out
     */
    synchronized boolean order(CrashOrder next) {
        ordered = true;
        if (!scope.has(next)) {
            order = next; // the reason names it
            target = Long.MAX_VALUE;
            return false;
        }
        if (next.afterItems() > 0) {
            // Items that are processed elsewhere are counted once they are committed.
            arm(next, Math.max(counted.get(), committed.nextItem()) + next.afterItems() - 1);
        } else {
            arm(next, committed.nextItem());
            if (next.point() == CrashPoint.PROCESSING) {
                strikeNow();
            }
        }
        return true;
    }

    private void arm(CrashOrder next, long item) {
        order = next;
        target = item;
        control.commitEachBatch();
        notifyAll();
    }

    synchronized void committed(Position position) {
        committed = position;
    }

    synchronized Position committed() {
        return committed;
    }

    boolean isArmed() {
        return target != Long.MAX_VALUE;
    }

    /** Returns the crash that hits a batch that ends before {@code nextItem}; null if none does. */
    synchronized @Nullable CrashOrder hitting(long nextItem) {
        return nextItem > target ? order : null;
    }

    /** Returns the number of the next item, which is counted from now on. */
    long count(long index) {
        if (renumbered) {
            return counted.getAndIncrement();
        }
        counted.lazySet(index + 1); // an ordinary write, because it is made for each item
        return index;
    }

    /** Whether a crash during processing comes before an item. */
    boolean isBeyondCrash(long item) {
        return item > target && isOfProcessing();
    }

    /** Whether a crash during processing comes with an item, or came before it. */
    boolean reachesCrash(long item) {
        return item >= target && isOfProcessing();
    }

    private synchronized boolean isOfProcessing() {
        return order != null && order.point() == CrashPoint.PROCESSING;
    }

    /** Returns the failure of an item that the spec fails; null if it does not. */
    @Nullable
    ItemFailure failureOf(long index) {
        return faults != null && faults.failItems().contains(index)
                ? new ItemFailure(ItemErrorCode.FAULT_INJECTED, "The spec's faults.failItems names item " + index + ".")
                : null;
    }

    /** Returns the delay of each item. */
    Duration delay() {
        return faults == null ? Duration.ZERO : faults.itemDelay();
    }

    /** Waits for the delay of an item. Returns early when the run must end or a crash is ordered from outside. */
    synchronized void await(Duration delay) {
        long deadline = System.nanoTime() + delay.toNanos();
        boolean interrupted = false;
        for (long left = delay.toNanos();
                left > 0 && !ordered && !control.mustEndNow() && !interrupted;
                left = deadline - System.nanoTime()) {
            try {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the run between two items, or halts the process. A commit under way is completed. */
    synchronized void strikeNow() {
        strike();
        target = Long.MAX_VALUE;
        control.endNow(Run.End.CRASHED);
    }

    /** Ends the run once the items that are being processed have ended, without their batch, or halts the process. */
    synchronized void strikeAfterItems() {
        strike();
        control.endAtBatch(Run.End.CRASHED);
    }

    /** Notes that the crash happens. Halts the process if it was ordered for the process. */
    synchronized void strike() {
        struck = true;
        if (order != null && order.mode() == CrashMode.PROCESS) {
            halt.run();
        }
    }

    synchronized boolean hasStruck() {
        return struck;
    }

    /** Whether a crash of the current batch is armed that has not happened. */
    synchronized boolean isDue() {
        return !struck && order != null && scope.has(order) && order.afterItems() == 0;
    }

    synchronized @Nullable CrashOrder order() {
        return order;
    }

    /** Returns the reason of a job that crashed at a checkpoint. */
    synchronized Reason reason(Position checkpoint) {
        CrashPoint point = order != null ? order.point() : faults == null ? CrashPoint.PROCESSING : faults.crashPoint();
        return new Reason(
                ErrorCode.SIMULATED_CRASH,
                "A crash was simulated at the point " + point.text() + ". The checkpoint is at item "
                        + checkpoint.nextItem() + ". Resume to continue from there.");
    }
}
