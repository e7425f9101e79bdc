package org.checkpointrecovery.engine.flink.job;

import java.util.List;

/**
 * What the enumerator remembers: the same few numbers, whatever the size of the job. Which ranges are finished, only the disk
 * tells.
 *
 * @param next number of the first range that no task has had
 * @param returned numbers of ranges before it that a lost task did not finish
 */
record AssignedRanges(int next, List<Integer> returned) {
    static final AssignedRanges NONE = new AssignedRanges(0, List.of());

    AssignedRanges {
        returned = List.copyOf(returned);
    }
}
