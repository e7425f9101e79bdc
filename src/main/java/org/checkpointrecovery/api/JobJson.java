package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import org.checkpointrecovery.engine.InlineItems;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Outcome;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.storage.ProcessorCodec;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** The JSON of jobs, progress and files. Every field is always present; unknown values are null. */
final class JobJson {
    /** 1 MiB of short items takes 20 MiB as strings. */
    private static final int LARGE_BYTES = 32 * 1024;

    private final Function<Job, InlineItems> inlineItems;
    private final boolean crashAllowed;

    /**
     * @param inlineItems finds the inline items of a job
     * @param crashAllowed whether simulated crashes are allowed
     */
    JobJson(Function<Job, InlineItems> inlineItems, boolean crashAllowed) {
        this.crashAllowed = crashAllowed;
        this.inlineItems = inlineItems;
    }

    /** Whether writing the whole job needs much memory. */
    static boolean isLarge(JobView view) {
        Job job = view.job();
        return job.spec() != null
                && job.spec().input() instanceof InputSpec.Inline
                && job.identity() != null
                && job.identity().bytes() > LARGE_BYTES;
    }

    void write(JsonGenerator json, JobView view) throws IOException {
        Job job = view.job();
        json.writeStartObject();
        naming(json, job);
        state(json, job, view.reason());
        spec(json, job);
        json.writeFieldName("progress");
        progress(json, view.progress());
        json.writeArrayFieldStart("runs");
        for (Run run : job.runs()) {
            run(json, run, view);
        }
        json.writeEndArray();
        recovery(json, job.recovery());
        actionsAndTimes(json, view);
        json.writeEndObject();
    }

    /** Writes the fields that change while a job runs, without its spec and runs. */
    void writeSummary(JsonGenerator json, JobView view) throws IOException {
        Job job = view.job();
        json.writeStartObject();
        naming(json, job);
        state(json, job, view.reason());
        json.writeFieldName("progress");
        progress(json, view.progress());
        actionsAndTimes(json, view);
        json.writeEndObject();
    }

    private static void naming(JsonGenerator json, Job job) throws IOException {
        json.writeStringField("id", job.id().value());
        json.writeStringField("name", job.spec() == null ? null : job.spec().name());
        json.writeStringField(
                "parentId", job.parentId() == null ? null : job.parentId().value());
    }

    private void actionsAndTimes(JsonGenerator json, JobView view) throws IOException {
        Job job = view.job();
        json.writeArrayFieldStart("allowedActions");
        for (String action : allowedActions(view, crashAllowed)) {
            json.writeString(action);
        }
        json.writeEndArray();
        time(json, "createdAt", job.createdAt());
        time(json, "startedAt", job.startedAt());
        time(json, "endedAt", job.endedAt());
    }

    static void state(JsonGenerator json, Job job, @Nullable Reason why) throws IOException {
        json.writeStringField("state", job.status().name());
        reason(json, "stateReason", why);
        json.writeStringField(
                "outcome",
                job.state() instanceof JobState.Completed completed
                        ? Outcome.of(completed.end()).name()
                        : null);
    }

    /** Returns the allowed actions, without crashes where they are disabled. */
    static List<String> allowedActions(JobView view, boolean crashAllowed) {
        return view.allowedActions().stream()
                .filter(verb -> verb != Verb.CRASH || crashAllowed)
                .map(Verb::text)
                .toList();
    }

    /** Writes the spec of a job as the field {@code spec}. */
    void spec(JsonGenerator json, Job job) throws IOException {
        JobSpec spec = job.spec();
        if (spec == null) {
            json.writeNullField("spec");
            return;
        }
        json.writeObjectFieldStart("spec");
        json.writeStringField("name", spec.name());
        json.writeObjectFieldStart("input");
        input(json, spec.input(), job);
        json.writeEndObject();
        json.writeStringField("format", spec.format().kind().text());
        csvFields(json, spec.format());
        json.writeFieldName("processor");
        json.writeTree(ProcessorCodec.encode(spec.processor()));
        json.writeStringField("engine", spec.engine().text());
        json.writeNumberField("batchSize", spec.batchSize());
        json.writeNumberField("parallelism", spec.parallelism());
        json.writeStringField("commit", spec.commit().text());
        FailedItemLimits limits = spec.failedItemLimits();
        json.writeStringField("onItemError", limits.onItemError().text());
        number(json, "maxFailedItems", limits.maxItems());
        json.writeFieldName("maxFailedPercent");
        json.writeObject(limits.maxPercent());
        json.writeStringField("callbackUrl", spec.callbackUrl());
        json.writeBooleanField("start", spec.start());
        faults(json, spec.faults());
        json.writeEndObject();
    }

    private static void csvFields(JsonGenerator json, Format format) throws IOException {
        if (format.kind() != Format.Kind.CSV) {
            for (String name : List.of("delimiter", "header", "skipRecords", "quote")) {
                json.writeNullField(name);
            }
            return;
        }
        json.writeStringField("delimiter", String.valueOf(format.delimiter()));
        json.writeFieldName("header");
        if (format.names() instanceof FieldNames.Given given) {
            json.writeStartArray();
            for (String name : given.names()) {
                json.writeString(name);
            }
            json.writeEndArray();
        } else {
            json.writeString(format.names() instanceof FieldNames.Numbered ? CsvOptions.NONE : CsvOptions.FIRST);
        }
        json.writeNumberField("skipRecords", format.skipRecords());
        json.writeStringField("quote", format.quote().text());
    }

    private void input(JsonGenerator json, InputSpec input, Job job) throws IOException {
        if (input instanceof InputSpec.Upload upload) {
            json.writeStringField("fileId", upload.fileId());
        } else if (input instanceof InputSpec.InputPath path) {
            json.writeStringField("path", path.path());
        } else if (input instanceof InputSpec.FailedItemsOf failed) {
            json.writeStringField("failedItemsOf", failed.parent().value());
        } else {
            items(json, inlineItems.apply(job));
        }
        if (input.decoding().encoding() != TextEncoding.UTF_8) {
            json.writeStringField("encoding", input.decoding().encoding().text());
        }
    }

    private static void items(JsonGenerator json, InlineItems inline) throws IOException {
        if (inline.items() == null) {
            json.writeNullField("items");
            json.writeStringField("itemsProblem", inline.problem());
            return;
        }
        json.writeArrayFieldStart("items");
        for (String item : inline.items()) {
            json.writeString(item);
        }
        json.writeEndArray();
    }

    private static void faults(JsonGenerator json, @Nullable Faults faults) throws IOException {
        if (faults == null) {
            json.writeNullField("faults");
            return;
        }
        json.writeObjectFieldStart("faults");
        number(json, "crashAfterItems", faults.crashAfterItems());
        json.writeStringField("crashPoint", faults.crashPoint().text());
        json.writeArrayFieldStart("failItems");
        for (Long index : faults.failItems().stream().sorted().toList()) {
            json.writeNumber(index);
        }
        json.writeEndArray();
        json.writeNumberField("itemDelayMillis", faults.itemDelay().toMillis());
        json.writeEndObject();
    }

    static void progress(JsonGenerator json, Progress progress) throws IOException {
        json.writeStartObject();
        json.writeStringField("state", progress.state().name());
        number(json, "totalItems", progress.totalItems());
        json.writeNumberField("processedItems", progress.processedItems());
        json.writeNumberField("succeededItems", progress.succeededItems());
        json.writeNumberField("failedItems", progress.failedItems());
        json.writeNumberField("percent", progress.percent());
        json.writeFieldName("itemsPerSecond");
        if (progress.itemsPerSecond() == null) {
            json.writeNull();
        } else {
            json.writeNumber(BigDecimal.valueOf(progress.itemsPerSecond()).setScale(1, RoundingMode.HALF_UP));
        }
        seconds(json, "elapsedSeconds", progress.elapsed());
        seconds(json, "etaSeconds", progress.eta());
        time(json, "lastCheckpointAt", progress.lastCheckpointAt());
        json.writeEndObject();
    }

    private static void run(JsonGenerator json, Run run, JobView view) throws IOException {
        Run.Ending ending = run.ending();
        json.writeStartObject();
        json.writeNumberField("number", run.number());
        time(json, "startedAt", run.startedAt());
        time(json, "endedAt", ending == null ? null : ending.at());
        json.writeNumberField("firstItem", run.firstItem());
        json.writeNumberField("nextItem", ending == null ? view.committed().nextItem() : run.nextItem());
        json.writeStringField("end", ending == null ? null : ending.end().name());
        reason(json, "reason", ending == null ? null : ending.reason());
        json.writeEndObject();
    }

    private static void recovery(JsonGenerator json, @Nullable Recovery recovery) throws IOException {
        if (recovery == null) {
            json.writeNullField("recovery");
            return;
        }
        json.writeObjectFieldStart("recovery");
        json.writeStringField("from", recovery.from().text());
        json.writeNumberField("item", recovery.item());
        reason(json, "reason", recovery.reason());
        json.writeEndObject();
    }

    static void file(JsonGenerator json, UploadedFile file) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", file.id());
        json.writeStringField("name", file.name());
        json.writeNumberField("bytes", file.bytes());
        json.writeStringField("sha256", file.sha256());
        time(json, "createdAt", file.createdAt());
        json.writeEndObject();
    }

    private static void reason(JsonGenerator json, String field, @Nullable Reason reason) throws IOException {
        if (reason == null) {
            json.writeNullField(field);
            return;
        }
        json.writeObjectFieldStart(field);
        json.writeStringField("code", reason.code().name());
        json.writeStringField("message", reason.message());
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, String field, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, value);
        }
    }

    private static void seconds(JsonGenerator json, String field, @Nullable Duration value) throws IOException {
        if (value == null) {
            json.writeNullField(field);
        } else {
            json.writeFieldName(field);
            json.writeNumber(BigDecimal.valueOf(value.toMillis(), 3));
        }
    }

    static void time(JsonGenerator json, String field, @Nullable Instant time) throws IOException {
        json.writeStringField(
                field, time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString());
    }
}
