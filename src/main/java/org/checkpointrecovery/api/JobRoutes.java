package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.access.Client;
import org.checkpointrecovery.access.Role;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.engine.InlineItems;
import org.checkpointrecovery.engine.Intake;
import org.checkpointrecovery.engine.JobPage;
import org.checkpointrecovery.engine.JobQuery;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.JobVerbs;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.engine.SampledItem;
import org.checkpointrecovery.engine.Selection;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.rehearsal.Crashes;
import org.checkpointrecovery.storage.CheckpointStore.Found;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls about jobs. */
final class JobRoutes {
    private static final Logger log = LoggerFactory.getLogger(JobRoutes.class);

    private final JobService service;
    private final Crashes crashes;
    private final boolean faultsAllowed;
    private final JobJson jobs;
    private final JobWaits waits;
    private final Transfers transfers;
    private final Bodies bodies;
    private final Download downloads;

    JobRoutes(
            JobService service,
            Crashes crashes,
            boolean faultsAllowed,
            JobJson jobs,
            JobWaits waits,
            Transfers transfers) {
        this.transfers = transfers;
        this.bodies = new Bodies(transfers);
        this.downloads = new Download(transfers);
        this.service = service;
        this.crashes = crashes;
        this.faultsAllowed = faultsAllowed;
        this.jobs = jobs;
        this.waits = waits;
    }

    void submit(Context ctx) {
        Duration wait = wait(ctx);
        bodies.json(ctx, body -> submit(ctx, request(ctx, body), wait));
    }

    /** Returns the name of the request's token; null if the service needs none. */
    private static @Nullable String clientName(Context ctx) {
        Client client = Admission.client(ctx);
        return client == null ? null : client.name();
    }

    /** Logs who asked for a change of a job, if that is known. */
    private static void logClient(Context ctx, Verb verb) {
        String name = clientName(ctx);
        if (name != null) {
            log.info("Job {}: {} requested by {}", id(ctx), verb.text(), name);
        }
    }

    private Duration wait(Context ctx) {
        Parameters parameters = Parameters.of(ctx, "wait");
        Duration wait = parameters.wait(JobWaits.LONGEST);
        parameters.throwIfInvalid();
        if (!wait.isZero()) {
            waits.refuseIfFull();
        }
        return wait;
    }

    void validate(Context ctx) {
        Parameters parameters = Parameters.of(ctx, "sample");
        int sample = parameters.sample();
        parameters.throwIfInvalid();
        bodies.json(ctx, body -> validate(ctx, request(ctx, body), sample));
    }

    private NewJob request(Context ctx, JsonNode body) {
        if (faultsAllowed && body.hasNonNull("faults")) {
            Admission.require(ctx, Role.ADMIN, "A spec with faults");
        }
        return JobRequest.spec(body, faultsAllowed, keys(ctx), new ServiceChecks())
                .by(clientName(ctx));
    }

    /** Validates a request. Sampled items are processed for real, for up to a minute. */
    private void validate(Context ctx, NewJob request, int sample) throws IOException, RefusedException {
        if (sample == 0) {
            validated(ctx, request, service.intake().validate(request, 0));
        } else {
            ctx.future(() -> transfers
                    .lanes()
                    .sample(
                            request.items().size(),
                            () -> validated(ctx, request, service.intake().validate(request, sample))));
        }
    }

    private void submit(Context ctx, NewJob request, Duration wait) throws IOException, RefusedException {
        if (service.intake().isDecoded(request.spec().input())) {
            Lanes lanes = transfers.lanes();
            ctx.future(() -> lanes.run(
                    lanes.storing(), () -> submitted(ctx, service.intake().submit(request), wait)));
        } else {
            submitted(ctx, service.intake().submit(request), wait);
        }
    }

    private static List<String> keys(Context ctx) {
        return Collections.list(ctx.req().getHeaders("Idempotency-Key"));
    }

    private void submitted(Context ctx, Intake.Submitted submitted, Duration wait)
            throws IOException, RefusedException {
        JobView view = submitted.view();
        if (submitted.replayed()) {
            ctx.header("Idempotency-Replayed", "true");
        }
        ctx.header("Location", "/v1/jobs/" + view.job().id());
        answer(ctx, 201, view, wait);
    }

    private void validated(Context ctx, NewJob request, Intake.Validated validated)
            throws IOException, RefusedException {
        JobJson shown = new JobJson(job -> InlineItems.of(request.items()), Retention.UNLIMITED, faultsAllowed);
        transfers.json(ctx, 200, json -> {
            json.writeStartObject();
            json.writeBooleanField("valid", true);
            shown.spec(json, validated.view().job());
            json.writeArrayFieldStart("sample");
            for (SampledItem item : validated.sample()) {
                json.writeStartObject();
                json.writeFieldName(item.succeeded() ? "result" : "failed");
                json.writeRawValue(new String(item.line(), StandardCharsets.UTF_8));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private final class ServiceChecks implements JobRequest.Checks {
        @Override
        public Problem.@Nullable FieldError error(InputSpec input) {
            return service.intake()
                    .inputProblem(input)
                    .map(Refusals::fieldError)
                    .orElse(null);
        }

        @Override
        public List<ProcessorDescription> processorKinds() {
            return service.intake().processorKinds();
        }

        @Override
        public List<Problem.FieldError> error(ProcessorSpec processor, Format format) {
            return service.intake().processorProblems(processor, format).stream()
                    .map(Refusals::fieldError)
                    .toList();
        }

        @Override
        public @Nullable String engineError(EngineKind engine) {
            return service.verbs().engineProblem(engine).orElse(null);
        }

        @Override
        public @Nullable String callbackError(String url) {
            return service.callbackProblem(url).orElse(null);
        }
    }

    /** Responds with a job when it is no longer queued or under way, or the time is up. */
    private void answer(Context ctx, int status, JobView view, Duration wait) throws IOException, RefusedException {
        JobId id = view.job().id();
        if (wait.isZero() || !view.job().status().isPending()) {
            answer(ctx, status, view);
            return;
        }
        Lanes lanes = transfers.lanes();
        ctx.future(() -> waits.await(ctx, id, wait)
                .thenCompose(unused -> lanes.run(
                        lanes.shortWork(),
                        () -> answer(ctx, status, service.jobs().view(id)))));
    }

    private void answer(Context ctx, int status, JobView view) throws IOException, RefusedException {
        if (JobJson.isLarge(view)) {
            ctx.future(() -> transfers
                    .lanes()
                    .run(
                            transfers.lanes().largeWork(),
                            () -> transfers.json(ctx, status, json -> jobs.write(json, view))));
        } else {
            transfers.json(ctx, status, json -> jobs.write(json, view));
        }
    }

    void list(Context ctx) throws IOException, RefusedException {
        Parameters parameters = Parameters.of(
                ctx,
                "state",
                "label",
                "name",
                "processor",
                "createdAfter",
                "createdBefore",
                "parentId",
                "sort",
                "pageSize",
                "pageToken");
        JobQuery query = ListRequest.read(parameters, processorTypes());
        int pageSize = parameters.pageSize();
        parameters.throwIfInvalid();
        JobPage page = service.jobs().list(query, pageSize);
        String next = page.last() == null ? "null" : "\"" + ListRequest.token(query, page.last()) + "\"";
        List<RowParts.Row> rows = page.jobs().stream()
                .map(view -> new RowParts.Row(json -> jobs.write(json, view), JobJson.isLarge(view)))
                .toList();
        ctx.status(200).contentType("application/json");
        transfers.send(ctx, new RowParts(transfers.spools(), "{\"jobs\":[", rows, "],\"nextPageToken\":" + next + "}"));
    }

    private List<String> processorTypes() {
        return service.intake().processorKinds().stream()
                .map(ProcessorDescription::type)
                .toList();
    }

    void summary(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        Map<Status, Long> counts = service.jobs().counts();
        Answers.json(ctx, 200, json -> {
            json.writeStartObject();
            json.writeNumberField(
                    "total", counts.values().stream().mapToLong(count -> count).sum());
            json.writePOJOField("states", counts);
            json.writeEndObject();
        });
    }

    void get(Context ctx) throws IOException, RefusedException {
        Duration wait = wait(ctx);
        answer(ctx, 200, service.jobs().view(id(ctx)), wait);
    }

    void rename(Context ctx) {
        Parameters.none(ctx);
        bodies.patch(ctx, body -> answer(ctx, 200, service.verbs().rename(id(ctx), NameRequest.change(body))));
    }

    void progress(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        JobView view = service.jobs().view(id(ctx));
        Answers.json(ctx, 200, json -> JobJson.progress(json, view.progress()));
    }

    /** What a verb does. */
    private interface Action {
        JobVerbs.Done on(JobId id) throws IOException, RefusedException;
    }

    void start(Context ctx) {
        verb(ctx, Verb.START, service.verbs()::start);
    }

    void pause(Context ctx) {
        verb(ctx, Verb.PAUSE, service.verbs()::pause);
    }

    void resume(Context ctx) {
        verb(ctx, Verb.RESUME, service.verbs()::resume);
    }

    void cancel(Context ctx) {
        verb(ctx, Verb.CANCEL, service.verbs()::cancel);
    }

    private void verb(Context ctx, Verb verb, Action action) {
        Parameters.none(ctx);
        bodies.jsonOrNothing(ctx, body -> {
            JobRequest.nothing(body);
            JobVerbs.Done done = action.on(id(ctx));
            if (done.changed()) {
                logClient(ctx, verb);
            }
            done(ctx, done);
        });
    }

    private void done(Context ctx, JobVerbs.Done done) throws IOException, RefusedException {
        answer(ctx, done.changed() ? 202 : 200, done.view());
    }

    void crash(Context ctx) {
        Parameters.none(ctx);
        bodies.jsonOrNothing(ctx, body -> crash(ctx, JobRequest.crash(body)));
    }

    private void crash(Context ctx, CrashOrder order) throws IOException, RefusedException {
        JobId id = id(ctx);
        if (!faultsAllowed) {
            throw Problem.of(
                            Problem.Kind.FORBIDDEN,
                            "Simulated crashes are disabled on this service (--no-faults). Nothing was changed. To allow them, restart it without --no-faults.")
                    .exception();
        }
        if (order.mode() == CrashMode.PROCESS) {
            refuseProcessCrash(service.jobs().view(id).job());
        }
        // Sends the response before the service halts.
        boolean[] answered = new boolean[1];
        JobVerbs.Done done = crashes.crash(id, order, before -> {
            logClient(ctx, Verb.CRASH);
            byte[] answer = Answers.bytes(json -> jobs.write(json, before.view()));
            ctx.status(202).contentType("application/json");
            ctx.res().setContentLength(answer.length);
            ctx.res().getOutputStream().write(answer);
            ctx.res().flushBuffer();
            answered[0] = true;
        });
        if (!answered[0]) {
            if (done.changed()) {
                logClient(ctx, Verb.CRASH);
            }
            done(ctx, done);
        }
    }

    private void refuseProcessCrash(Job job) {
        EngineKind engine = job.spec() == null ? EngineKind.LOCAL : job.spec().engine();
        if (!crashes.isProcessCrashAllowed(engine)) {
            throw Problem.of(
                            Problem.Kind.FORBIDDEN,
                            switch (engine) {
                                case LOCAL ->
                                    "Crashing the whole service is not allowed. Nothing was changed. To allow it, start"
                                            + " the service with --allow-process-crash.";
                                case FLINK ->
                                    "Killing a TaskManager is not allowed. Nothing was changed. If no one else uses the"
                                            + " cluster, start the service with --flink-allow-process-crash.";
                            })
                    .exception();
        }
    }

    void retryFailed(Context ctx) {
        Parameters.none(ctx);
        bodies.jsonOrNothing(ctx, transfers.lanes().scanning(), body -> {
            JobRequest.nothing(body);
            JobId parent = id(ctx);
            IdempotencyKey key = JobRequest.retryKey(keys(ctx), parent);
            submitted(ctx, service.intake().retryFailed(parent, key, clientName(ctx)), Duration.ZERO);
        });
    }

    void checkpoint(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        JobId id = id(ctx);
        Found found = service.outputs().checkpoint(id);
        if (found instanceof Found.Whole whole) {
            ctx.contentType("application/json").result(whole.bytes());
            return;
        }
        String why = found instanceof Found.Damaged damaged
                ? "The checkpoint of job " + id + " is damaged: " + damaged.message()
                        + ". The next resume sets it aside and uses the previous one."
                : "Job " + id + " has no checkpoint: it has not committed anything yet, or it is COMPLETED.";
        throw Problem.of(Problem.Kind.NOT_FOUND, why).exception();
    }

    void results(Context ctx) throws IOException, RefusedException {
        Parameters parameters = Parameters.of(ctx, "merged", "from", "limit");
        boolean merged = parameters.flag("merged");
        Selection items = parameters.selection();
        if (merged && !items.equals(Selection.ALL)) {
            parameters.error("merged", "cannot be combined with from and limit");
        }
        parameters.throwIfInvalid();
        Download.name(ctx, service.jobs().view(id(ctx)).job(), "results");
        if (merged) {
            downloads.sendMerged(ctx, () -> service.outputs().mergedResults(id(ctx)));
        } else if (Download.wantsCsv(ctx.header("Accept"))) {
            downloads.sendCsv(ctx, () -> service.outputs().resultLines(id(ctx), items));
        } else {
            downloads.send(ctx, service.outputs().results(id(ctx)), items);
        }
    }

    void errors(Context ctx) throws IOException, RefusedException {
        Parameters parameters = Parameters.of(ctx, "from", "limit");
        Selection items = parameters.selection();
        parameters.throwIfInvalid();
        if (Download.wantsOnlyCsv(ctx.header("Accept"))) {
            service.jobs().view(id(ctx));
            ctx.header("Vary", Download.VARY);
            throw Problem.of(
                            Problem.Kind.NOT_ACCEPTABLE,
                            "Failed items are not available as CSV. Request application/x-ndjson or application/json instead.")
                    .exception();
        }
        Download.name(ctx, service.jobs().view(id(ctx)).job(), "errors");
        downloads.send(ctx, service.outputs().errors(id(ctx)), items);
    }

    void errorSummary(Context ctx) {
        Parameters.none(ctx);
        ctx.future(() -> transfers.lanes().run(transfers.lanes().scanning(), () -> {
            ErrorSummary summary = ErrorSummary.of(service.outputs().errors(id(ctx)));
            transfers.json(ctx, 200, summary::write);
        }));
    }

    void delete(Context ctx) {
        Parameters.none(ctx);
        bodies.jsonOrNothing(ctx, body -> {
            JobRequest.nothing(body);
            service.verbs().delete(id(ctx));
            logClient(ctx, Verb.DELETE);
            ctx.status(204);
        });
    }

    static JobId id(Context ctx) {
        String text = ctx.pathParam("id");
        if (!JobId.isValid(text)) {
            throw Problem.of(Problem.Kind.NOT_FOUND, "There is no such job: ids match [0-9a-z-]{10,40}.")
                    .exception();
        }
        return new JobId(text);
    }
}
