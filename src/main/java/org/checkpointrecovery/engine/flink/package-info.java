/**
 * Runs jobs on an Apache Flink cluster through its REST API. The service commits the ranges that the cluster has
 * processed, in order, as it commits its own batches. Does not depend on Flink's classes. The packages {@code task} and
 * {@code job} run in the cluster's processes.
 */
@NullMarked
package org.checkpointrecovery.engine.flink;

import org.jspecify.annotations.NullMarked;
