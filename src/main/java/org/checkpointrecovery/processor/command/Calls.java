package org.checkpointrecovery.processor.command;

import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.Work;

/** Passes items to a program, one after the other. Used by one thread. */
interface Calls {
    /** @return the outcome of the item; meaningless if the limit has expired */
    Answer call(Work work, Limit limit) throws InterruptedException;

    /** Leaves no process behind. */
    void close();
}
