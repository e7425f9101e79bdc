/** The work of a cluster task, without Flink's own interfaces. Runs in the cluster's processes. */
@NullMarked
package org.checkpointrecovery.engine.flink.task;

import org.jspecify.annotations.NullMarked;
