package org.checkpointrecovery.engine;

import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param reason of a crash or failure, or of a pause that nobody asked for; otherwise null
 * @param committed how far the job is committed
 */
public record RunEnd(Run.End end, @Nullable Reason reason, Position committed) {}
