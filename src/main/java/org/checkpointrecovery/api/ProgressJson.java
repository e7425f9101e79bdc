package org.checkpointrecovery.api;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.checkpointrecovery.job.Progress;
import org.jspecify.annotations.Nullable;

/** The JSON of a job's progress. */
record ProgressJson(
        String state,
        @Nullable Long totalItems,
        long processedItems,
        long succeededItems,
        long failedItems,
        double percent,
        @Nullable BigDecimal itemsPerSecond,
        @Nullable BigDecimal elapsedSeconds,
        @Nullable BigDecimal etaSeconds,
        @Nullable String lastCheckpointAt) {
    static ProgressJson of(Progress progress) {
        Double perSecond = progress.itemsPerSecond();
        return new ProgressJson(
                progress.state().name(),
                progress.totalItems(),
                progress.processedItems(),
                progress.succeededItems(),
                progress.failedItems(),
                progress.percent(),
                perSecond == null ? null : BigDecimal.valueOf(perSecond).setScale(1, RoundingMode.HALF_UP),
                seconds(progress.elapsed()),
                seconds(progress.eta()),
                JobJson.time(progress.lastCheckpointAt()));
    }

    private static @Nullable BigDecimal seconds(@Nullable Duration value) {
        return value == null ? null : BigDecimal.valueOf(value.toMillis(), 3);
    }
}
