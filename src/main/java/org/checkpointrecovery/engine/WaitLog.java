package org.checkpointrecovery.engine;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decides when a waiting run is logged: at once, then at most once a minute. Used under a lock of the caller. */
final class WaitLog {
    static final Duration INTERVAL = Duration.ofMinutes(1);

    private final Clock clock;
    private @Nullable Instant last;

    WaitLog(Clock clock) {
        this.clock = clock;
    }

    /** Whether the run is to be logged now. If so, the next time is a minute later. */
    boolean isDue() {
        Instant now = clock.instant();
        // The clock may have been set back.
        if (last != null && Duration.between(last, now).abs().compareTo(INTERVAL) < 0) {
            return false;
        }
        last = now;
        return true;
    }
}
