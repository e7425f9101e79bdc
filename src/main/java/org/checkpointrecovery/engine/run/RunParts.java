package org.checkpointrecovery.engine.run;

import java.time.Clock;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.storage.Disk;

/**
 * What the parts of a run share.
 *
 * @param halt ends the process at once, as a crash does; for crashes on purpose
 */
public record RunParts(
        RunOrder order,
        RunSettings settings,
        RunListener listener,
        RunControl control,
        Disk disk,
        Clock clock,
        Runnable halt) {}
