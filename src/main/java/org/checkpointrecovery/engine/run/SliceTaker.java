package org.checkpointrecovery.engine.run;

import java.util.List;
import org.checkpointrecovery.engine.RunControl;

/**
 * Takes slices from a queue until the run ends. A run that must end now takes no more. A run that must end at its batch
 * does not wait for a read that never returns. Used by one thread.
 */
public final class SliceTaker {
    private static final long LOOK_MILLIS = 100;

    private final SliceQueue queue;
    private final RunControl control;
    private long stuckRead;
    private InputCalls.Patience patience;

    public SliceTaker(SliceQueue queue, RunControl control) {
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
     * Takes the slices that are processed and next in order. May take none if the run received a request.
     *
     * @return false if there are none and none will come, or the run must end now
     * @throws SliceQueue.PipelineException if another thread of the run failed
     * @throws InputStuckException if the run must end and the reader hangs in a read
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
