package org.checkpointrecovery.job;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the input that a job was submitted with, without reading all of it.
 *
 * @param times of files that others may write to; null for files that the service owns
 * @param crc32c of the first and the last 64 KiB
 */
public record InputIdentity(long bytes, @Nullable InputTimes times, int crc32c) {
    /** Returns a description for messages. */
    @Override
    public String toString() {
        return bytes + " bytes" + (times == null ? "" : ", modified at " + times.modifiedAt())
                + String.format(Locale.ROOT, ", checksum %08x", crc32c);
    }
}
