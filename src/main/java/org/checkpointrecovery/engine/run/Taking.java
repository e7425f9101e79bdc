package org.checkpointrecovery.engine.run;

import java.util.List;

/**
 * Takes slices out of a queue, for as long as the run goes on: one that is to end now takes no more, and one that is to end at
 * its batch does not wait for a read of the input that never returns. Used by one thread.
 */
public final class Taking {
    private static final long LOOK_MILLIS = 100;

    private final SliceQueue queue;
    private final RunControl control;
    private long stuckRead;
    private InputCalls.Patience patience;

    public Taking(SliceQueue queue, RunControl control) {
        this.queue = queue;
        this.control = control;
        this.patience = patience();
        control.onChange(() -> {
            if (control.asked() != null || control.mustEndNow()) {
                queue.wake();
            }
        });
    }

    /**
     * Takes the slices that are processed and next in order; perhaps none, when something was asked of the run.
     *
     * @return false if there are none and none will come, or the run must end now
     * @throws SliceQueue.PipelineException if another thread of the run failed
     * @throws InputStuckException if the run is to end, and the reader does not come back from the input
     */
    public boolean take(List<Slice> into)
            throws InterruptedException, SliceQueue.PipelineException, InputStuckException {
        boolean more = queue.take(into, control.asked() == null ? 0 : LOOK_MILLIS);
        if (control.mustEndNow()) {
            return false;
        }
        if (more && into.isEmpty()) {
            checkReader();
        }
        return more;
    }

    private void checkReader() throws InputStuckException {
        long read = queue.readUnderWay();
        if (read != stuckRead) {
            stuckRead = read;
            patience = patience();
        }
        if (read != 0 && patience.isOver()) {
            throw new InputStuckException();
        }
    }

    private InputCalls.Patience patience() {
        return new InputCalls.Patience(() -> control.asked() != null || control.mustEndNow());
    }
}
