/**
 * Runs jobs on a cluster of Apache Flink, which the service speaks with through its REST API alone: the ranges that the
 * cluster has worked on are committed by the service, in their order, as it commits batches of its own. No class of Flink is
 * known here; {@code task} and {@code job} run in the cluster's processes.
 */
@NullMarked
package org.checkpointrecovery.engine.flink;

import org.jspecify.annotations.NullMarked;
