package org.checkpointrecovery.engine.run;

import java.time.Clock;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.storage.Disk;

/**
 * Objects shared by the parts of a run.
 *
 * @param halt ends the process at once, for simulated crashes
 */
public record RunParts(
        RunOrder order,
        RunSettings settings,
        RunListener listener,
        RunControl control,
        Disk disk,
        Clock clock,
        Runnable halt) {}
