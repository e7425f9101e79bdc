/**
 * The job that an Apache Flink cluster runs: only the code that needs Flink's classes. It is packed into its own jar
 * inside the service's jar, and runs in the cluster's processes together with the service's jar. No other package
 * depends on it.
 */
@NullMarked
package org.checkpointrecovery.engine.flink.job;

import org.jspecify.annotations.NullMarked;
