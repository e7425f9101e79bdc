package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputTimes;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether an input is still the one that a job was submitted with. If the file was not touched, the cost does
 * not depend on its size. If it was touched, the consumed bytes are read again and compared with their checksum, so a
 * fresh copy of the file is the same input. Bytes that are not consumed yet may change as long as the size and both
 * ends stay the same.
 */
public final class InputCheck {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Disk disk;
    private final Input input;
    private final BooleanSupplier stop;

    /** @param stop polled while the consumed bytes are read; the check ends early once it returns true */
    public InputCheck(Disk disk, Input input, BooleanSupplier stop) {
        this.disk = disk;
        this.input = input;
        this.stop = stop;
    }

    /**
     * What a job recorded about its input.
     *
     * @param identity of the input when the job was submitted
     * @param times the file times when the consumed bytes were last verified; null if that was at the submission
     * @param bytes the number of consumed bytes
     * @param crc32c of those bytes; null if it was not computed
     */
    public record Known(
            InputIdentity identity,
            @Nullable InputTimes times,
            long bytes,
            @Nullable Integer crc32c) {}

    /** The result of a check. */
    public sealed interface Found {
        /** @param times the times of the file before the comparison; null if only the service may write to it */
        record Same(@Nullable InputTimes times) implements Found {}

        /** @param how the rest of a sentence about the input: its old and new state, and the difference */
        record Changed(String how) implements Found {}

        /** The check was stopped. */
        record Stopped() implements Found {}
    }

    /**
     * Compares the input with its record.
     *
     * @throws InputGoneException if the file does not exist
     * @throws InputReplacedException if it is not a regular file
     */
    public Found compare(Known known) throws IOException {
        InputIdentity before = known.identity;
        InputIdentity now = InputIdentities.of(disk, input);
        if (now.bytes() != before.bytes()) {
            return changed(before, now, "");
        }
        boolean sameEnds = now.crc32c() == before.crc32c();
        if (sameEnds && isUntouched(known, now.times())) {
            return new Found.Same(now.times());
        }
        if (known.crc32c == null) {
            return changed(
                    before,
                    now,
                    sameEnds
                            ? "; no checksum of the bytes already read was kept to compare them with"
                            : "; its first or last " + InputIdentities.END_BYTES + " bytes differ");
        }
        Integer crc = known.bytes == 0 ? (Integer) 0 : consumed(known.bytes);
        if (crc == null) {
            return new Found.Stopped();
        }
        if (!crc.equals(known.crc32c)) {
            return changed(before, now, "; bytes 0 to " + known.bytes + ", which were already read, have changed");
        }
        if (!sameEnds) {
            return changed(
                    before,
                    now,
                    "; the " + known.bytes + " bytes already read are unchanged, but its "
                            + (known.bytes >= InputIdentities.END_BYTES ? "" : "first or ") + "last "
                            + InputIdentities.END_BYTES + " bytes differ");
        }
        return new Found.Same(now.times());
    }

    private static boolean isUntouched(Known known, @Nullable InputTimes now) {
        InputTimes before = known.times != null ? known.times : known.identity.times();
        return now == null || (before != null && now.untouchedSince(before));
    }

    private static Found changed(InputIdentity before, InputIdentity now, String where) {
        return new Found.Changed("it had " + before + ", now it has " + now + where);
    }

    /** Computes the checksum of the first bytes; null if the check was stopped. */
    private @Nullable Integer consumed(long bytes) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(bytes, BUFFER_BYTES));
        try (SeekableByteChannel channel = requireNonNull(input.open(disk))) {
            for (long left = bytes; left > 0; ) {
                if (stop.getAsBoolean()) {
                    return null;
                }
                buffer.clear().limit((int) Math.min(left, buffer.capacity()));
                int count = channel.read(buffer);
                if (count < 0) {
                    break; // the file was just truncated, so the checksum will differ
                }
                crc.update(buffer.array(), 0, count);
                left -= count;
            }
        }
        return (int) crc.getValue();
    }
}
