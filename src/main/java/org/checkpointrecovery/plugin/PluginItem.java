package org.checkpointrecovery.plugin;

/**
 * One item.
 *
 * @param jobId of the job
 * @param index of the item in the input, from 0
 * @param text the item: a line, or a JSON value for the formats {@code jsonl} and {@code csv}
 */
public record PluginItem(String jobId, long index, String text) {}
