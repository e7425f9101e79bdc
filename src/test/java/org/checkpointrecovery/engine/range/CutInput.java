package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.InputItems;

/** Cuts whole inputs into ranges. */
public final class CutInput {
    private CutInput() {}

    public static List<Range> ranges(InputItems input, Cuts cuts) throws IOException {
        List<Range> ranges = new ArrayList<>();
        try (RangeCutter cutter = RangeCutter.open(input, 0, 0)) {
            for (Range range = cutter.next(cuts); range != null; range = cutter.next(cuts)) {
                ranges.add(range);
            }
        }
        return ranges;
    }
}
