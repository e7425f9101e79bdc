package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.engine.OfferedProcessors;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.ProcessorSpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads the spec of a job that runs without a service: the body of a submission, with the same checks. Refuses what only a
 * service can do.
 */
public final class SpecFile {
    private SpecFile() {}

    /**
     * Reads a spec. Reports every problem at once.
     *
     * @param hasInput whether the command line names the file with the items, which takes the place of a file in the spec
     * @param report of a place in the spec, as a JSON pointer (empty for the whole spec), and the problem there, as the rest
     *     of a sentence that starts with the place
     * @return null after a report
     */
    public static @Nullable NewJob read(
            InputStream json, boolean hasInput, OfferedProcessors processors, BiConsumer<String, String> report)
            throws IOException {
        byte[] document = json.readNBytes(Json.MAX_BODY_BYTES + 1);
        if (document.length > Json.MAX_BODY_BYTES) {
            report.accept(
                    "",
                    "has more than " + Json.MAX_BODY_BYTES
                            + " bytes. Put the items into a file, and name it with --input");
            return null;
        }
        try {
            return read(Json.parse(document), new RunChecks(hasInput, processors), report);
        } catch (Json.InvalidException e) {
            report.accept("", "is not valid JSON: " + e.getMessage());
            return null;
        }
    }

    private static @Nullable NewJob read(JsonNode spec, RunChecks checks, BiConsumer<String, String> report) {
        List<FieldError> errors = new ArrayList<>();
        NewJob job = null;
        try {
            refuseWhatServicesDo(spec, checks, errors);
            job = JobRequest.spec(spec, true, List.of(), checks);
            FieldError wrongInput = checks.error(job.spec().input());
            if (wrongInput != null) {
                errors.add(wrongInput);
            }
        } catch (ProblemException e) {
            errors.addAll(0, e.problem().errors());
        }
        errors.forEach(error -> report.accept(error.field(), error.message()));
        return errors.isEmpty() ? job : null;
    }

    /** Leaves values of wrong types to the reader of submissions. */
    private static void refuseWhatServicesDo(JsonNode spec, RunChecks checks, List<FieldError> errors) {
        if (!(spec instanceof ObjectNode fields)) {
            return;
        }
        if (!fields.has("input")) {
            fields.putObject("input").put("path", "of the command line");
            if (!checks.hasInput()) {
                errors.add(new FieldError(
                        "/input",
                        "is required: name the file with --input, or send {\"items\": […]} or {\"path\": …}"));
            }
        }
        if (fields.path("retainFor").isTextual()) {
            errors.add(new FieldError("/retainFor", "is only supported by a service: run keeps no jobs. Remove it"));
        }
        if (fields.path("start").isBoolean() && !fields.path("start").booleanValue()) {
            errors.add(new FieldError("/start", "is false, but run starts the job at once. Remove it"));
        }
    }

    /** What a run supports. */
    private record RunChecks(boolean hasInput, OfferedProcessors processors) implements JobRequest.Checks {
        @Override
        public @Nullable FieldError error(InputSpec input) {
            if (input instanceof InputSpec.Upload && !hasInput) {
                return new FieldError(
                        "/input/fileId", "names an upload, which only a service has; name the file with --input");
            }
            return input instanceof InputSpec.Inline && hasInput
                    ? new FieldError("/input/items", "cannot be combined with --input; remove one of them")
                    : null;
        }

        @Override
        public List<ProcessorDescription> processorKinds() {
            return processors.kinds();
        }

        @Override
        public List<FieldError> error(ProcessorSpec processor, Format format) {
            return processors.problems(processor, format).stream()
                    .map(Refusals::fieldError)
                    .toList();
        }

        @Override
        public @Nullable String engineError(EngineKind engine) {
            return engine == EngineKind.LOCAL
                    ? null
                    : "is \"" + engine.text()
                            + "\", but run has no cluster. Omit the field, or submit the spec to a service";
        }

        @Override
        public String callbackError(String url) {
            return "is only supported by a service: run makes no callbacks. Remove it";
        }
    }
}
