/** What a task of a cluster does for a job, but for the cluster's own interfaces. Runs in the cluster's processes. */
@NullMarked
package org.checkpointrecovery.engine.flink.task;

import org.jspecify.annotations.NullMarked;
