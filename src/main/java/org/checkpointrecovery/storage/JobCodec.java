package org.checkpointrecovery.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.Compression;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.Ends;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Submission;
import org.checkpointrecovery.job.TextEncoding;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a job as the content of {@code job.json}:
 *
 * <pre>
 * {"version":3,"id":"0mh3k2v9x-7fq2mzt4","parentId":null,
 *  "spec":{"name":null,"input":{"path":"sample_input.txt"},"format":"LINES","delimiter":",",
 *          "processor":{"type":"text-stats"},"engine":"LOCAL","batchSize":3,"parallelism":1,"commit":"GROUP",
 *          "onItemError":"SKIP","maxFailedItems":null,"maxFailedPercent":null,"callbackUrl":null,"start":true,
 *          "faults":{"crashAfterItems":7,"crashPoint":"PROCESSING","failItems":[],"itemDelayMillis":0}},
 *  "identity":{"bytes":395,"modifiedAt":"2026-11-23T10:15:30Z","changedAt":"2026-11-23T10:15:30Z","crc32c":-2093146413},"totalItems":10,
 *  "state":{"status":"CRASHED","reason":{"code":"SIMULATED_CRASH","message":"..."}},
 *  "stateSince":"2026-11-23T10:15:31.5Z",
 *  "runs":[{"number":1,"startedAt":"...","firstItem":0,"nextItem":6,
 *           "ending":{"end":"CRASHED","reason":{...},"at":"...","runNanos":1234567890}}],
 *  "recovery":null,"createdAt":"...","idempotencyKey":{"key":"k1","requestSha256":"..."},"crc32c":"0b6f3c11"}
 * </pre>
 *
 * on one line. An input that was decoded into a file of the job is written as
 * {@code {"decoded":{"path":"a.gz","compression":"GZIP", "encoding":"UTF_8"}}}, which older releases refuse to read.
 * {@link ProcessorCodec} describes the other processors. Version 1 had no {@code delimiter}, {@code maxFailedPercent}
 * and {@code callbackUrl}, version 2 no {@code engine}. Inline items are in a file of their own. A COMPLETED state has
 * {@code "end"}, the position after the last item. A job with a callback URL that has ended at least once has
 * {@code "ends"}:
 *
 * <pre>
 * "ends":{"count":2,
 *         "untold":[{"number":2,"state":{"status":"FAILED","reason":{...}},"at":"...","runs":1,"totalItems":10,
 *                    "committed":{"nextItem":6,"inputBytes":123,"resultsBytes":456,"errorsBytes":0,"succeeded":6,"failed":0},
 *                    "lastCheckpointAt":"..."}]}
 * </pre>
 */
public final class JobCodec {
    static final int VERSION = 3;
    private static final int OLDEST_VERSION = 1;

    private JobCodec() {}

    public static byte[] encode(Job job) {
        ObjectNode json = StoredJson.object(VERSION);
        json.put("id", job.id().value());
        json.put("parentId", job.parentId() == null ? null : job.parentId().value());
        writeSpec(json.putObject("spec"), job.validSpec());
        InputIdentity identity = job.identity();
        if (identity != null) {
            InputTimes times = identity.times();
            json.putObject("identity")
                    .put("bytes", identity.bytes())
                    .put("modifiedAt", times == null ? null : text(times.modifiedAt()))
                    .put("changedAt", times == null ? null : text(times.changedAt()))
                    .put("crc32c", identity.crc32c());
        }
        json.put("totalItems", job.totalItems());
        writeState(json.putObject("state"), job.state());
        json.put("stateSince", text(job.stateSince()));
        ArrayNode runs = json.putArray("runs");
        job.runs().forEach(run -> writeRun(runs.addObject(), run));
        Recovery recovery = job.recovery();
        if (recovery != null) {
            ObjectNode node = json.putObject("recovery");
            node.put("from", recovery.from().name()).put("item", recovery.item());
            writeReason(node, recovery.reason());
        }
        json.put("createdAt", text(job.createdAt()));
        IdempotencyKey key = job.idempotencyKey();
        if (key != null) {
            json.putObject("idempotencyKey").put("key", key.key()).put("requestSha256", key.requestSha256());
        }
        if (!job.ends().equals(Ends.NONE)) {
            writeEnds(json.putObject("ends"), job.ends());
        }
        return StoredJson.write(json);
    }

    /** @throws DamagedFileException if the bytes are not those of the job's record */
    public static Job decode(byte[] bytes, JobId id) throws IOException {
        JsonNode json = StoredJson.read(bytes, OLDEST_VERSION, VERSION);
        try {
            if (!StoredJson.text(json, "id").equals(id.value())) {
                throw new DamagedFileException("it belongs to job " + json.get("id") + ", not " + id);
            }
            List<Run> runs = new ArrayList<>();
            for (JsonNode run : StoredJson.child(json, "runs")) {
                runs.add(readRun(run));
            }
            return new Job(
                    new Submission(
                            id,
                            StoredJson.mapOrNull(StoredJson.textOrNull(json, "parentId"), JobId::new),
                            readSpec(StoredJson.child(json, "spec")),
                            readIdentity(StoredJson.child(json, "identity")),
                            StoredJson.has(json, "idempotencyKey") ? readKey(json.get("idempotencyKey")) : null,
                            Instant.parse(StoredJson.text(json, "createdAt"))),
                    StoredJson.numberOrNull(json, "totalItems"),
                    readState(StoredJson.child(json, "state")),
                    Instant.parse(StoredJson.text(json, "stateSince")),
                    runs,
                    StoredJson.has(json, "recovery") ? readRecovery(json.get("recovery")) : null,
                    StoredJson.has(json, "ends") ? readEnds(json.get("ends")) : Ends.NONE);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new DamagedFileException(String.valueOf(e.getMessage()));
        }
    }

    private static void writeSpec(ObjectNode json, JobSpec spec) {
        json.put("name", spec.name());
        writeInput(json.putObject("input"), spec.input());
        writeFormat(json, spec.format());
        json.set("processor", ProcessorCodec.encode(spec.processor()));
        json.put("engine", spec.engine().name());
        json.put("batchSize", spec.batchSize());
        json.put("parallelism", spec.parallelism());
        json.put("commit", spec.commit().name());
        json.put("onItemError", spec.failedItemLimits().onItemError().name());
        json.put("maxFailedItems", spec.failedItemLimits().maxItems());
        json.put("maxFailedPercent", spec.failedItemLimits().maxPercent());
        json.put("callbackUrl", spec.callbackUrl());
        json.put("start", spec.start());
        Faults faults = spec.faults();
        if (faults != null) {
            ObjectNode node = json.putObject("faults");
            node.put("crashAfterItems", faults.crashAfterItems());
            node.put("crashPoint", faults.crashPoint().name());
            ArrayNode failItems = node.putArray("failItems");
            faults.failItems().stream().sorted().forEach(failItems::add);
            node.put("itemDelayMillis", faults.itemDelay().toMillis());
        }
    }

    private static void writeFormat(ObjectNode json, Format format) {
        json.put("format", format.kind().name());
        json.put("delimiter", String.valueOf(format.delimiter()));
        if (format.kind() != Format.Kind.CSV) {
            return;
        }
        if (format.names() instanceof FieldNames.Given given) {
            ArrayNode names = json.putArray("fieldNames");
            given.names().forEach(names::add);
        } else {
            json.put("numberedFields", format.names() instanceof FieldNames.Numbered);
        }
        json.put("skipRecords", format.skipRecords());
        json.put("quote", format.quote().name());
    }

    private static JobSpec readSpec(JsonNode json) throws DamagedFileException {
        return new JobSpec(
                StoredJson.textOrNull(json, "name"),
                new ItemsSpec(readInput(StoredJson.child(json, "input")), readFormat(json)),
                ProcessorCodec.decode(StoredJson.child(json, "processor")),
                new Execution(
                        readEngine(json),
                        (int) StoredJson.number(json, "batchSize"),
                        (int) StoredJson.number(json, "parallelism"),
                        CommitMode.valueOf(StoredJson.text(json, "commit"))),
                new FailedItemLimits(
                        OnItemError.valueOf(StoredJson.text(json, "onItemError")),
                        StoredJson.numberOrNull(json, "maxFailedItems"),
                        StoredJson.has(json, "maxFailedPercent")
                                ? json.get("maxFailedPercent").doubleValue()
                                : null),
                StoredJson.textOrNull(json, "callbackUrl"),
                StoredJson.child(json, "start").booleanValue(),
                StoredJson.has(json, "faults") ? readFaults(json.get("faults")) : null);
    }

    private static EngineKind readEngine(JsonNode json) throws DamagedFileException {
        String engine = StoredJson.textOrNull(json, "engine");
        return engine == null ? EngineKind.LOCAL : EngineKind.valueOf(engine);
    }

    private static Format readFormat(JsonNode json) throws DamagedFileException {
        String delimiter = StoredJson.textOrNull(json, "delimiter");
        Long skipRecords = StoredJson.numberOrNull(json, "skipRecords");
        String quote = StoredJson.textOrNull(json, "quote");
        return new Format(
                Format.Kind.valueOf(StoredJson.text(json, "format")),
                delimiter == null || delimiter.isEmpty() ? Format.DEFAULT_DELIMITER : delimiter.charAt(0),
                true,
                readFieldNames(json),
                skipRecords == null ? 0 : skipRecords.intValue(),
                quote == null ? Format.Quote.DOUBLE : Format.Quote.valueOf(quote));
    }

    private static FieldNames readFieldNames(JsonNode json) {
        if (StoredJson.has(json, "fieldNames")) {
            List<String> names = new ArrayList<>();
            json.get("fieldNames").forEach(name -> names.add(name.asText()));
            return new FieldNames.Given(names);
        }
        return json.path("numberedFields").booleanValue() ? FieldNames.NUMBERED : FieldNames.FIRST_RECORD;
    }

    private static void writeInput(ObjectNode json, InputSpec input) {
        if (!input.decoding().isNone()) {
            Compression compression = input.decoding().compression();
            ObjectNode decoded = json.putObject("decoded");
            writeInput(decoded, input.decodedBy(Decoding.NONE));
            decoded.put("compression", compression == null ? null : compression.name());
            decoded.put("encoding", input.decoding().encoding().name());
        } else if (input instanceof InputSpec.Upload upload) {
            json.put("fileId", upload.fileId());
        } else if (input instanceof InputSpec.InputPath path) {
            json.put("path", path.path());
        } else if (input instanceof InputSpec.FailedItemsOf failed) {
            json.put("failedItemsOf", failed.parent().value());
            json.put("firstJob", failed.first().value());
        } else {
            json.put("inline", true);
        }
    }

    private static InputSpec readInput(JsonNode json) throws DamagedFileException {
        if (json.has("decoded")) {
            JsonNode decoded = json.get("decoded");
            String compression = StoredJson.textOrNull(decoded, "compression");
            return readInput(decoded)
                    .decodedBy(new Decoding(
                            compression == null ? null : Compression.valueOf(compression),
                            TextEncoding.valueOf(StoredJson.text(decoded, "encoding"))));
        }
        if (json.has("fileId")) {
            return new InputSpec.Upload(StoredJson.text(json, "fileId"));
        }
        if (json.has("path")) {
            return new InputSpec.InputPath(StoredJson.text(json, "path"));
        }
        if (json.has("failedItemsOf")) {
            JobId parent = new JobId(StoredJson.text(json, "failedItemsOf"));
            // Older records have no first job: their items were called with the keys of their own job.
            return new InputSpec.FailedItemsOf(
                    parent, json.has("firstJob") ? new JobId(StoredJson.text(json, "firstJob")) : parent);
        }
        StoredJson.child(json, "inline");
        return new InputSpec.Inline();
    }

    private static Faults readFaults(JsonNode json) throws DamagedFileException {
        Set<Long> failItems = new LinkedHashSet<>();
        StoredJson.child(json, "failItems").forEach(index -> failItems.add(index.longValue()));
        return new Faults(
                StoredJson.numberOrNull(json, "crashAfterItems"),
                CrashPoint.valueOf(StoredJson.text(json, "crashPoint")),
                failItems,
                Duration.ofMillis(StoredJson.number(json, "itemDelayMillis")));
    }

    private static InputIdentity readIdentity(JsonNode json) throws DamagedFileException {
        return new InputIdentity(StoredJson.number(json, "bytes"), readTimes(json, "modifiedAt", "changedAt"), (int)
                StoredJson.number(json, "crc32c"));
    }

    /** Null if the record has neither: the input is the service's own, or an older release wrote the record. */
    static @Nullable InputTimes readTimes(JsonNode json, String modified, String changed) throws DamagedFileException {
        Instant modifiedAt = StoredJson.instantOrNull(json, modified);
        Instant changedAt = StoredJson.instantOrNull(json, changed);
        return modifiedAt == null && changedAt == null ? null : new InputTimes(modifiedAt, changedAt);
    }

    private static void writeState(ObjectNode json, JobState state) {
        json.put("status", state.status().name());
        writeReason(json, state.reason());
        if (state instanceof JobState.Completed completed) {
            json.put("lastCheckpointAt", text(completed.lastCheckpointAt()));
            writePosition(json.putObject("end"), completed.end());
        }
    }

    private static void writePosition(ObjectNode json, Position position) {
        json.put("nextItem", position.nextItem())
                .put("inputBytes", position.inputBytes())
                .put("resultsBytes", position.resultsBytes())
                .put("errorsBytes", position.errorsBytes())
                .put("succeeded", position.succeeded())
                .put("failed", position.failed());
        if (position.inputCrc32c() != null) {
            json.put("inputCrc32c", HexFormat.of().toHexDigits(position.inputCrc32c()));
        }
    }

    private static void writeEnds(ObjectNode json, Ends ends) {
        json.put("count", ends.count());
        ArrayNode pending = json.putArray("untold");
        for (Ends.PendingEnd end : ends.pending()) {
            ObjectNode node = pending.addObject().put("number", end.number());
            writeState(node.putObject("state"), end.state());
            node.put("at", text(end.at())).put("runs", end.runs()).put("totalItems", end.totalItems());
            writePosition(node.putObject("committed"), end.committed());
            node.put("lastCheckpointAt", text(end.lastCheckpointAt()));
        }
    }

    private static Ends readEnds(JsonNode json) throws DamagedFileException {
        List<Ends.PendingEnd> pending = new ArrayList<>();
        for (JsonNode node : StoredJson.child(json, "untold")) {
            pending.add(new Ends.PendingEnd(
                    (int) StoredJson.number(node, "number"),
                    readState(StoredJson.child(node, "state")),
                    Instant.parse(StoredJson.text(node, "at")),
                    (int) StoredJson.number(node, "runs"),
                    StoredJson.numberOrNull(node, "totalItems"),
                    readPosition(StoredJson.child(node, "committed")),
                    StoredJson.instantOrNull(node, "lastCheckpointAt")));
        }
        return new Ends((int) StoredJson.number(json, "count"), pending);
    }

    private static JobState readState(JsonNode json) throws DamagedFileException {
        return switch (Status.valueOf(StoredJson.text(json, "status"))) {
            case CREATED -> new JobState.Created();
            case QUEUED -> new JobState.Queued();
            case RUNNING -> new JobState.Running();
            case PAUSING -> new JobState.Pausing();
            case PAUSED -> new JobState.Paused(readReasonOrNull(json));
            case CANCELLING -> new JobState.Cancelling();
            case CANCELLED -> new JobState.Cancelled();
            case CRASHED -> new JobState.Crashed(readReason(StoredJson.child(json, "reason")));
            case FAILED -> new JobState.Failed(readReason(StoredJson.child(json, "reason")));
            case COMPLETED ->
                new JobState.Completed(
                        readPosition(StoredJson.child(json, "end")),
                        StoredJson.instantOrNull(json, "lastCheckpointAt"));
        };
    }

    static Position readPosition(JsonNode json) throws DamagedFileException {
        return new Position(
                StoredJson.number(json, "nextItem"),
                StoredJson.number(json, "inputBytes"),
                StoredJson.number(json, "resultsBytes"),
                StoredJson.number(json, "errorsBytes"),
                StoredJson.number(json, "succeeded"),
                StoredJson.number(json, "failed"),
                StoredJson.has(json, "inputCrc32c")
                        ? (Integer) HexFormat.fromHexDigits(StoredJson.text(json, "inputCrc32c"))
                        : null);
    }

    private static void writeRun(ObjectNode json, Run run) {
        json.put("number", run.number()).put("startedAt", text(run.startedAt()));
        json.put("firstItem", run.firstItem()).put("nextItem", run.nextItem());
        Run.Ending ending = run.ending();
        if (ending != null) {
            ObjectNode node = json.putObject("ending").put("end", ending.end().name());
            writeReason(node, ending.reason());
            node.put("at", text(ending.at()));
            if (ending.took() != null) {
                node.put("runNanos", ending.took().toNanos());
            }
        }
    }

    private static Run readRun(JsonNode json) throws DamagedFileException {
        Run.Ending ending = null;
        if (StoredJson.has(json, "ending")) {
            JsonNode node = json.get("ending");
            ending = new Run.Ending(
                    Run.End.valueOf(StoredJson.text(node, "end")),
                    readReasonOrNull(node),
                    Instant.parse(StoredJson.text(node, "at")),
                    StoredJson.has(node, "runNanos") ? Duration.ofNanos(StoredJson.number(node, "runNanos")) : null);
        }
        return new Run(
                (int) StoredJson.number(json, "number"),
                Instant.parse(StoredJson.text(json, "startedAt")),
                StoredJson.number(json, "firstItem"),
                StoredJson.number(json, "nextItem"),
                ending);
    }

    private static Recovery readRecovery(JsonNode json) throws DamagedFileException {
        return new Recovery(
                Recovery.From.valueOf(StoredJson.text(json, "from")),
                StoredJson.number(json, "item"),
                readReasonOrNull(json));
    }

    private static IdempotencyKey readKey(JsonNode json) throws DamagedFileException {
        return new IdempotencyKey(StoredJson.text(json, "key"), StoredJson.text(json, "requestSha256"));
    }

    private static void writeReason(ObjectNode json, @Nullable Reason reason) {
        if (reason != null) {
            json.putObject("reason").put("code", reason.code().name()).put("message", reason.message());
        }
    }

    private static @Nullable Reason readReasonOrNull(JsonNode json) throws DamagedFileException {
        return StoredJson.has(json, "reason") ? readReason(json.get("reason")) : null;
    }

    private static Reason readReason(JsonNode json) throws DamagedFileException {
        return new Reason(ErrorCode.valueOf(StoredJson.text(json, "code")), StoredJson.text(json, "message"));
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
