package org.checkpointrecovery.engine;

/**
 * What the cluster of an engine has.
 *
 * @param slotsFree slots without a task
 */
public record ClusterOverview(int taskManagers, int slots, int slotsFree) {}
