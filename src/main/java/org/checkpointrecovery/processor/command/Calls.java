package org.checkpointrecovery.processor.command;

import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.Work;

/** Gives items to a program, one after the other. Used by one thread. */
interface Calls {
    /** @return what became of the item; anything if the limit has struck */
    Answer call(Work work, Limit limit) throws InterruptedException;

    /** Leaves no process behind. */
    void close();
}
