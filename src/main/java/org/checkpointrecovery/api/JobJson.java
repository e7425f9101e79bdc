package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.checkpointrecovery.engine.InlineItems;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.job.Ended;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Outcome;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** The JSON of jobs, progress and files. Every field is always present; unknown values are null. */
final class JobJson {
    /** 1 MiB of short items takes 20 MiB as strings. */
    private static final int LARGE_BYTES = 32 * 1024;

    private final Function<Job, InlineItems> inlineItems;
    private final Retention retention;
    private final boolean crashAllowed;

    /**
     * @param inlineItems finds the inline items of a job
     * @param retention tells when jobs expire
     * @param crashAllowed whether simulated crashes are allowed
     */
    JobJson(Function<Job, InlineItems> inlineItems, Retention retention, boolean crashAllowed) {
        this.retention = retention;
        this.crashAllowed = crashAllowed;
        this.inlineItems = inlineItems;
    }

    private record Whole(
            String id,
            @Nullable String name,
            Map<String, String> labels,
            @Nullable String parentId,
            @Nullable String submittedBy,
            String state,
            @Nullable ReasonJson stateReason,
            @Nullable String waitingFor,
            @Nullable String outcome,
            @Nullable SpecJson spec,
            ProgressJson progress,
            List<RunJson> runs,
            @Nullable RecoveryJson recovery,
            List<String> allowedActions,
            @Nullable String createdAt,
            @Nullable String startedAt,
            @Nullable String endedAt,
            @Nullable String expiresAt) {}

    /** The fields that change while a job runs, without its spec and runs. */
    private record Summary(
            String id,
            @Nullable String name,
            Map<String, String> labels,
            @Nullable String parentId,
            @Nullable String submittedBy,
            String state,
            @Nullable ReasonJson stateReason,
            @Nullable String waitingFor,
            @Nullable String outcome,
            ProgressJson progress,
            List<String> allowedActions,
            @Nullable String createdAt,
            @Nullable String startedAt,
            @Nullable String endedAt,
            @Nullable String expiresAt) {}

    record ReasonJson(String code, String message) {
        static @Nullable ReasonJson of(@Nullable Reason reason) {
            return reason == null ? null : new ReasonJson(reason.code().name(), reason.message());
        }
    }

    private record RunJson(
            int number,
            @Nullable String startedAt,
            @Nullable String endedAt,
            long firstItem,
            long nextItem,
            @Nullable String end,
            @Nullable ReasonJson reason) {
        static RunJson of(Run run, JobView view) {
            Run.Ending ending = run.ending();
            return new RunJson(
                    run.number(),
                    time(run.startedAt()),
                    ending == null ? null : time(ending.at()),
                    run.firstItem(),
                    ending == null ? view.committed().nextItem() : run.nextItem(),
                    ending == null ? null : ending.end().name(),
                    ending == null ? null : ReasonJson.of(ending.reason()));
        }
    }

    private record RecoveryJson(
            String from, long item, @Nullable ReasonJson reason) {
        static @Nullable RecoveryJson of(@Nullable Recovery recovery) {
            return recovery == null
                    ? null
                    : new RecoveryJson(recovery.from().text(), recovery.item(), ReasonJson.of(recovery.reason()));
        }
    }

    /** Writes a job for nobody: finding out how takes a while. */
    static void prepare(Job job) {
        JobJson all = new JobJson(any -> InlineItems.of(List.of()), Retention.UNLIMITED, true);
        try (JsonGenerator json = Json.mapper().createGenerator(OutputStream.nullOutputStream())) {
            all.write(json, new JobView(job, Position.START, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        Summary summary = summary(view);
        json.writePOJO(new Whole(
                summary.id,
                summary.name,
                summary.labels,
                summary.parentId,
                summary.submittedBy,
                summary.state,
                summary.stateReason,
                summary.waitingFor,
                summary.outcome,
                spec(job),
                summary.progress,
                job.runs().stream().map(run -> RunJson.of(run, view)).toList(),
                RecoveryJson.of(job.recovery()),
                summary.allowedActions,
                summary.createdAt,
                summary.startedAt,
                summary.endedAt,
                summary.expiresAt));
    }

    /** Writes the fields that change while a job runs, without its spec and runs. */
    void writeSummary(JsonGenerator json, JobView view) throws IOException {
        json.writePOJO(summary(view));
    }

    private Summary summary(JobView view) {
        Job job = view.job();
        JobSpec spec = job.spec();
        return new Summary(
                job.id().value(),
                spec == null ? null : spec.name(),
                labels(spec),
                job.parentId() == null ? null : job.parentId().value(),
                job.submittedBy(),
                job.status().name(),
                ReasonJson.of(view.reason()),
                view.waitingFor(),
                outcome(job),
                ProgressJson.of(view.progress()),
                allowedActions(view, crashAllowed),
                time(job.createdAt()),
                time(job.startedAt()),
                time(job.endedAt()),
                time(retention.expiry(Ended.of(job))));
    }

    /** Returns the labels, sorted by key. */
    static Map<String, String> labels(@Nullable JobSpec spec) {
        return spec == null || spec.labels() == null ? Map.of() : spec.labels();
    }

    static @Nullable String outcome(Job job) {
        return job.state() instanceof JobState.Completed completed
                ? Outcome.of(completed.end()).name()
                : null;
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
        json.writePOJOField("spec", spec(job));
    }

    private @Nullable SpecJson spec(Job job) {
        return job.spec() == null ? null : SpecJson.of(job.spec(), () -> inlineItems.apply(job));
    }

    static void progress(JsonGenerator json, Progress progress) throws IOException {
        json.writePOJO(ProgressJson.of(progress));
    }

    /** @param expiresAt null if the file does not expire */
    static void file(JsonGenerator json, UploadedFile file, @Nullable Instant expiresAt) throws IOException {
        json.writePOJO(FileJson.of(file, expiresAt));
    }

    static void time(JsonGenerator json, String field, @Nullable Instant time) throws IOException {
        json.writeStringField(field, time(time));
    }

    /** Returns a time in milliseconds. */
    static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
