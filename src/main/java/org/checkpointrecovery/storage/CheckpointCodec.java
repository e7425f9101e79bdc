package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a checkpoint in about 400 bytes, whatever the size of the job:
 *
 * <pre>
 * {"version":1,"jobId":"0mh3k2v9x-7fq2mzt4","run":2,"nextItem":6,"inputBytes":123,"resultsBytes":456,"errorsBytes":0,
 *  "succeeded":6,"failed":0,"inputCrc32c":"77aa10bc","inputModifiedAt":"2026-11-23T10:00:00.5Z",
 *  "inputChangedAt":"2026-11-23T10:00:00.5Z","savedAt":"2026-11-23T10:15:30.123Z","runMillis":1234,"crc32c":"1f2e03aa"}
 * </pre>
 *
 * on one line. The three fields about the input are present only if others may write to the file. Clients see these bytes.
 * They are written without Jackson: its first use costs the command {@code run} more than the rest of a small job.
 */
final class CheckpointCodec {
    private static final int VERSION = 1;

    private CheckpointCodec() {}

    private record Stored(
            JobId jobId,
            int run,
            long nextItem,
            long inputBytes,
            long resultsBytes,
            long errorsBytes,
            long succeeded,
            long failed,
            @Nullable String inputCrc32c,
            @Nullable Instant inputModifiedAt,
            @Nullable Instant inputChangedAt,
            Instant savedAt,
            long runMillis) {}

    static byte[] encode(Checkpoint checkpoint) {
        Position position = checkpoint.position();
        JsonBytes json = new JsonBytes(448);
        json.raw(ascii("{\"version\":")).number(VERSION);
        json.raw(ascii(",\"jobId\":")).string(checkpoint.jobId().value());
        json.raw(ascii(",\"run\":")).number(checkpoint.run());
        json.raw(ascii(",\"nextItem\":")).number(position.nextItem());
        json.raw(ascii(",\"inputBytes\":")).number(position.inputBytes());
        json.raw(ascii(",\"resultsBytes\":")).number(position.resultsBytes());
        json.raw(ascii(",\"errorsBytes\":")).number(position.errorsBytes());
        json.raw(ascii(",\"succeeded\":")).number(position.succeeded());
        json.raw(ascii(",\"failed\":")).number(position.failed());
        if (position.inputCrc32c() != null) {
            json.raw(ascii(",\"inputCrc32c\":")).string(HexFormat.of().toHexDigits(position.inputCrc32c()));
        }
        InputTimes times = checkpoint.inputTimes();
        if (times != null && times.modifiedAt() != null) {
            json.raw(ascii(",\"inputModifiedAt\":")).string(times.modifiedAt().toString());
        }
        if (times != null && times.changedAt() != null) {
            json.raw(ascii(",\"inputChangedAt\":")).string(times.changedAt().toString());
        }
        json.raw(ascii(",\"savedAt\":")).string(checkpoint.savedAt().toString());
        json.raw(ascii(",\"runMillis\":")).number(checkpoint.took().toMillis());
        json.raw('}');
        return Checksum.seal(Arrays.copyOf(json.array(), json.length()));
    }

    /** @throws DamagedFileException if the bytes are not those of a checkpoint of the job */
    static Checkpoint decode(byte[] bytes, JobId job) throws IOException {
        Checkpoint checkpoint = decode(bytes);
        if (!checkpoint.jobId().equals(job)) {
            throw new DamagedFileException("it belongs to job " + checkpoint.jobId() + ", not " + job);
        }
        return checkpoint;
    }

    static Checkpoint decode(byte[] bytes) throws IOException {
        Stored stored = StoredJson.read(bytes, VERSION, Stored.class);
        boolean hasTimes = stored.inputModifiedAt != null || stored.inputChangedAt != null;
        try {
            Position position = new Position(
                    stored.nextItem,
                    stored.inputBytes,
                    stored.resultsBytes,
                    stored.errorsBytes,
                    stored.succeeded,
                    stored.failed,
                    stored.inputCrc32c == null ? null : (Integer) HexFormat.fromHexDigits(stored.inputCrc32c));
            return new Checkpoint(
                    stored.jobId,
                    stored.run,
                    position,
                    hasTimes ? new InputTimes(stored.inputModifiedAt, stored.inputChangedAt) : null,
                    stored.savedAt,
                    Duration.ofMillis(stored.runMillis));
        } catch (IllegalArgumentException e) {
            throw new DamagedFileException(String.valueOf(e.getMessage()));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
