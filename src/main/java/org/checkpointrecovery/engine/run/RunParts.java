package org.checkpointrecovery.engine.run;

import java.time.Clock;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.storage.Disk;

/**
 * Objects shared by the parts of a run.
 *
 * @param halt ends the process at once, if it is out of memory
 * @param place among the workers
 */
public record RunParts(
        RunOrder order, RunSettings settings, RunListener listener, Clock clock, Runnable halt, Place place) {
    public RunControl control() {
        return order.means().control();
    }

    public Disk disk() {
        return order.means().disk();
    }
}
