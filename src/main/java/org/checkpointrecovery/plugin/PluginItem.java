package org.checkpointrecovery.plugin;

/**
 * One item.
 *
 * @param jobId of the job that it is processed for
 * @param index of the item in the input, from 0
 * @param text the item: a line, or for the formats {@code jsonl} and {@code csv} a JSON value
 */
public record PluginItem(String jobId, long index, String text) {}
