package org.checkpointrecovery.cli;

import java.util.Locale;
import org.checkpointrecovery.job.Named;
import org.checkpointrecovery.sink.ResultRecords;
import org.checkpointrecovery.sink.ResultsFormat;

/** The formats of {@code --output}. */
enum OutputFormat implements Named {
    JSON(ResultsFormat.JSON_ARRAY, ResultRecords.Layout.ARRAY),
    JSONL(ResultsFormat.JSON_LINES, ResultRecords.Layout.LINES),
    /** Converted at the end, because the columns are not known before. */
    CSV(ResultsFormat.JSON_LINES, ResultRecords.Layout.TABLE);

    private final ResultsFormat growing;
    private final ResultRecords.Layout layout;

    OutputFormat(ResultsFormat growing, ResultRecords.Layout layout) {
        this.growing = growing;
        this.layout = layout;
    }

    /** Returns the format of the results while the run is not done. */
    ResultsFormat growing() {
        return growing;
    }

    /** Returns where the results are in a complete output. */
    ResultRecords.Layout layout() {
        return layout;
    }

    /** Returns the format that the ending of a file name stands for: JSON unless it is one of another. */
    static OutputFormat of(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return JSONL;
        }
        return name.endsWith(".csv") ? CSV : JSON;
    }
}
