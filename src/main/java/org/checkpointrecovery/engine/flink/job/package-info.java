/**
 * The job that a cluster of Apache Flink is given: what speaks with Flink's own classes, and no more. It is packed into a jar
 * of its own, inside the service's, and runs in the cluster's processes, with the service's jar beside it. Nothing of the
 * service knows it.
 */
@NullMarked
package org.checkpointrecovery.engine.flink.job;

import org.jspecify.annotations.NullMarked;
