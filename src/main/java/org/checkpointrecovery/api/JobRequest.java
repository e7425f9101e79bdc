package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.description.Urls;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.ResultsLayout;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of requests about jobs: checks them and fills in defaults. */
final class JobRequest {
    private JobRequest() {}

    /** Checks whether this service supports the parts of a spec. */
    interface Checks {
        /** Returns the error, or null. */
        @Nullable
        FieldError error(InputSpec input);

        /** Returns the kinds of processors; the first one is the default. */
        List<ProcessorDescription> processorKinds();

        List<FieldError> error(ProcessorSpec processor, Format format);

        /** Returns the error, or null. */
        @Nullable
        String engineError(EngineKind engine);

        /** Returns the error, or null. */
        @Nullable
        String callbackError(String url);
    }

    /**
     * Reads a spec. Reports every error of the request at once.
     *
     * @param keyHeaders the values of the header {@code Idempotency-Key}
     * @param checks the input is checked only if there are other errors: a repeated request gets the same answer, whatever happened
     *     to its input
     */
    static NewJob spec(JsonNode body, boolean faultsAllowed, List<String> keyHeaders, Checks checks) {
        Fields fields = Fields.of(body);
        String key = key(fields, keyHeaders);
        List<String> items = new ArrayList<>();
        String name = NameRequest.name(fields);
        Map<String, String> labels = NameRequest.labels(fields);
        InputSpec input = input(fields, items);
        Format format = FormatRequest.read(fields);
        refuseOpenRecords(fields, format, items);
        int wrongBefore = fields.wrongCount();
        ProcessorSpec processor = ProcessorRequest.read(fields, checks.processorKinds());
        if (fields.wrongCount() == wrongBefore && !fields.hasErrorWithin("format")) {
            checks.error(processor, format).forEach(fields::error);
        }
        EngineKind engine = engine(fields, processor, checks);
        int batchSize = (int) fields.number("batchSize", 1, Execution.MAX_BATCH_SIZE, Execution.DEFAULT_BATCH_SIZE);
        int parallelism = parallelism(fields, processor, checks.processorKinds(), engine);
        CommitMode commit = fields.constant("commit", CommitMode.class, CommitMode.GROUP);
        ResultsLayout results = results(fields, engine);
        FailedItemLimits limits = failedItemLimits(fields);
        String callbackUrl = callbackUrl(fields, checks);
        Duration retainFor = retainFor(fields);
        boolean start = fields.flag("start", true);
        Faults faults = faults(fields, faultsAllowed);
        fields.refuseOthers();
        FieldError wrongInput = fields.hasErrors() && !fields.hasErrorWithin("input") ? checks.error(input) : null;
        if (wrongInput != null) {
            fields.error(wrongInput);
        }
        fields.throwIfInvalid();
        JobSpec spec = new JobSpec(
                name,
                labels,
                new ItemsSpec(input, format),
                processor,
                new Execution(engine, batchSize, parallelism, commit, results),
                limits,
                callbackUrl,
                retainFor,
                start,
                faults);
        return new NewJob(spec, items, key == null ? null : new IdempotencyKey(key, CanonicalJson.sha256(body)));
    }

    /** Returns the key of a request to retry failed items, or null. */
    static @Nullable IdempotencyKey retryKey(List<String> keyHeaders, JobId parent) {
        Fields none = Fields.of(Json.object());
        String key = key(none, keyHeaders);
        none.throwIfInvalid();
        return key == null
                ? null
                : new IdempotencyKey(key, CanonicalJson.sha256(Json.object().put("retryFailed", parent.value())));
    }

    /** Reads the key of a submission, with or without quotation marks. */
    private static @Nullable String key(Fields fields, List<String> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        if (headers.size() > 1) {
            fields.error(new FieldError("Idempotency-Key", "must not be repeated"));
        }
        String key = headers.get(0).strip();
        if (key.length() >= 2 && key.startsWith("\"") && key.endsWith("\"")) {
            key = key.substring(1, key.length() - 1);
        }
        if (key.isEmpty() || key.length() > 255 || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            fields.error(new FieldError("Idempotency-Key", "must have 1 to 255 visible ASCII characters"));
        }
        return key;
    }

    private static InputSpec input(Fields fields, List<String> items) {
        InputSpec input = new InputSpec.Inline();
        if (!fields.has("input")) {
            fields.error("input", "is required: send one of {\"items\": […]}, {\"fileId\": …}, {\"path\": …}");
        }
        Fields source = fields.object("input");
        if (source == null) {
            if (fields.has("input")) {
                fields.refuseNull("input");
            }
            return input;
        }
        int given = 0;
        if (source.has("items")) {
            given++;
            readItems(source, items);
        }
        if (source.has("fileId")) {
            given++;
            String fileId = source.text("fileId");
            if (fileId != null && JobId.isValid(fileId)) {
                input = new InputSpec.Upload(fileId);
            } else if (fileId != null) {
                source.error("fileId", "is not a file id; ids match [0-9a-z-]{10,40}");
            } else {
                source.refuseNull("fileId");
            }
        }
        if (source.has("path")) {
            given++;
            String path = source.text("path");
            if (path == null) {
                source.refuseNull("path");
            } else if (path.isEmpty() || path.length() > 4096 || Labels.hasLoneSurrogate(path)) {
                source.error("path", "must have 1 to 4096 characters, without unpaired surrogates");
            } else {
                input = new InputSpec.InputPath(path);
            }
        }
        input = encoded(source, input);
        source.know("items", "fileId", "path", "encoding");
        source.refuseOthers();
        if (given != 1) {
            fields.error("input", "must have exactly one of items, fileId and path (got " + given + ")");
        }
        return input;
    }

    private static InputSpec encoded(Fields source, InputSpec input) {
        String name = source.text("encoding");
        if (name == null) {
            if (source.has("encoding")) {
                source.refuseNull("encoding");
            }
            return input;
        }
        if (source.has("items")) {
            source.error("encoding", "is only supported with fileId and path; inline items are already text");
        }
        TextEncoding encoding = TextEncoding.named(name).orElse(null);
        if (encoding == null) {
            source.error("encoding", "must be one of: " + TextEncoding.names() + " (got \"" + Shown.cut(name) + "\")");
            return input;
        }
        return input.decodedBy(Decoding.from(encoding));
    }

    private static void readItems(Fields source, List<String> items) {
        List<JsonNode> elements = source.elements("items");
        for (int number = 0; elements != null && number < elements.size(); number++) {
            JsonNode element = elements.get(number);
            String name = "items/" + number;
            if (!element.isTextual()) {
                source.errorAt(name, "must be a string (got " + Shown.kind(element) + " " + Shown.value(element) + ")");
                continue;
            }
            String item = element.textValue();
            if (item.indexOf('\n') >= 0 || item.indexOf('\r') >= 0) {
                source.errorAt(
                        name,
                        "must not contain a line break: an item is one line. To submit several lines, upload a file");
            } else if (Labels.hasLoneSurrogate(item)) {
                source.errorAt(name, "must not contain an unpaired surrogate");
            }
            items.add(item);
        }
    }

    private static EngineKind engine(Fields fields, ProcessorSpec processor, Checks checks) {
        EngineKind engine = fields.constant("engine", EngineKind.class, EngineKind.LOCAL);
        String wrong = checks.engineError(engine);
        boolean runs = checks.processorKinds().stream()
                .noneMatch(kind ->
                        kind.type().equals(processor.type()) && !kind.engines().contains(engine));
        if (wrong != null) {
            fields.error("engine", wrong);
        } else if (!runs) {
            fields.error(
                    "engine",
                    "is \"" + engine.text() + "\", which cannot run the processor \"" + processor.type()
                            + "\". Omit the field to run the job in the service itself");
        }
        return engine;
    }

    private static @Nullable ResultsLayout results(Fields fields, EngineKind engine) {
        ResultsLayout results = fields.constant("results", ResultsLayout.class, ResultsLayout.SINGLE_FILE);
        if (!fields.has("results")) {
            return null;
        }
        if (results == ResultsLayout.PARTS && engine == EngineKind.LOCAL) {
            fields.error(
                    "results",
                    "is \"" + results.text() + "\", which only the engine \"" + EngineKind.FLINK.text()
                            + "\" writes. Omit the field");
            return null;
        }
        return results;
    }

    private static int parallelism(
            Fields fields, ProcessorSpec processor, List<ProcessorDescription> kinds, EngineKind engine) {
        int parallelism = (int) fields.number("parallelism", 1, Execution.MAX_PARALLELISM, 1);
        if (parallelism != 1 && engine != EngineKind.LOCAL) {
            fields.error(
                    "parallelism",
                    "is only supported for the engine \"" + EngineKind.LOCAL.text()
                            + "\"; the slots of the cluster determine it otherwise"
                            + " (--flink-parallelism)");
        }
        boolean concurrent = kinds.stream().anyMatch(kind -> kind.type().equals(processor.type()) && kind.concurrent());
        if (parallelism != 1 && concurrent) {
            String inline = kinds.stream()
                    .filter(kind -> !kind.concurrent())
                    .map(kind -> "\"" + kind.type() + "\"")
                    .collect(Collectors.joining(", "));
            fields.error(
                    "parallelism",
                    "is only supported for the processor " + inline + "; set concurrency of \"" + processor.type()
                            + "\" instead");
        }
        return parallelism;
    }

    private static @Nullable String callbackUrl(Fields fields, Checks checks) {
        String url = fields.text("callbackUrl");
        String wrong = url == null ? null : Urls.error(url);
        if (url != null && wrong == null) {
            wrong = checks.callbackError(url);
        }
        if (wrong != null) {
            fields.error("callbackUrl", wrong);
        }
        return url;
    }

    private static @Nullable Duration retainFor(Fields fields) {
        String text = fields.text("retainFor");
        Optional<Duration> period = text == null ? Optional.empty() : Retention.parse(text);
        if (text != null && period.isEmpty()) {
            fields.error("retainFor", Retention.RANGE + " (got \"" + Shown.cut(text) + "\")");
        }
        return period.orElse(null);
    }

    /** Checks that an inline item is one record. */
    private static void refuseOpenRecords(Fields fields, Format format, List<String> items) {
        if (format.kind() != Format.Kind.CSV || fields.hasErrorWithin("input")) {
            return;
        }
        Format ofItems = CsvHeader.formatOf(items, format);
        for (int number = 0; number < items.size(); number++) {
            if (CsvHeader.isOpen(items.get(number), ofItems)) {
                fields.errorAt(
                        "input/items/" + number,
                        "has an unclosed quotation mark. To submit records with line breaks, upload a file");
            }
        }
    }

    private static FailedItemLimits failedItemLimits(Fields fields) {
        OnItemError onItemError = fields.constant("onItemError", OnItemError.class, OnItemError.SKIP);
        Long maxItems = fields.numberOrNull("maxFailedItems", 0, Long.MAX_VALUE);
        Double maxPercent = fields.decimalOrNull("maxFailedPercent", 0, 100);
        return new FailedItemLimits(onItemError, maxItems, maxPercent);
    }

    private static @Nullable Faults faults(Fields fields, boolean allowed) {
        Fields faults = fields.object("faults");
        if (faults == null) {
            return null;
        }
        if (!allowed) {
            fields.error("faults", "is disabled on this service (--no-faults)");
        }
        Long crashAfterItems = faults.numberOrNull("crashAfterItems", 1, Long.MAX_VALUE);
        CrashPoint crashPoint = faults.constant("crashPoint", CrashPoint.class, CrashPoint.PROCESSING);
        Set<Long> failItems = failItems(faults);
        long delayMillis = faults.number("itemDelayMillis", 0, Faults.MAX_ITEM_DELAY.toMillis(), 0);
        faults.refuseOthers();
        return new Faults(crashAfterItems, crashPoint, failItems, Duration.ofMillis(delayMillis));
    }

    private static Set<Long> failItems(Fields faults) {
        Set<Long> indexes = new LinkedHashSet<>();
        List<JsonNode> elements = faults.elements("failItems");
        if (elements == null) {
            return indexes;
        }
        if (elements.size() > Faults.MAX_FAIL_ITEMS) {
            faults.error(
                    "failItems",
                    "must have at most " + Faults.MAX_FAIL_ITEMS + " elements (got " + elements.size() + ")");
            return indexes;
        }
        for (int number = 0; number < elements.size(); number++) {
            JsonNode element = elements.get(number);
            Long index = Fields.index(element);
            if (index == null) {
                faults.errorAt(
                        "failItems/" + number,
                        "must be the index of an item, 0 or more (got " + Shown.value(element) + ")");
            } else {
                indexes.add(index);
            }
        }
        return indexes;
    }

    /** Reads a crash order. */
    static CrashOrder crash(JsonNode body) {
        Fields fields = Fields.of(body);
        CrashMode mode = fields.constant("mode", CrashMode.class, CrashMode.JOB);
        CrashPoint point = fields.constant("point", CrashPoint.class, CrashPoint.PROCESSING);
        long afterItems = fields.number("afterItems", 0, Long.MAX_VALUE, 0);
        fields.refuseOthers();
        fields.throwIfInvalid();
        return new CrashOrder(mode, point, afterItems);
    }

    /** Rejects bodies other than {@code {}}. */
    static void nothing(JsonNode body) {
        Fields fields = Fields.of(body);
        fields.refuseOthers();
        fields.throwIfInvalid();
    }
}
