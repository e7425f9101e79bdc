package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.job.Job;
import org.jspecify.annotations.Nullable;

/** The body of a callback, in the JSON of the API. */
public final class CallbackBody {
    private CallbackBody() {}

    private record Body(
            String jobId,
            @Nullable String name,
            Map<String, String> labels,
            String state,
            JobJson.@Nullable ReasonJson stateReason,
            @Nullable String outcome,
            ProgressJson progress,
            @Nullable String at) {}

    public static byte[] of(JobView view) {
        Job job = view.job();
        Body body = new Body(
                job.id().value(),
                job.validSpec().name(),
                JobJson.labels(job.validSpec()),
                job.status().name(),
                JobJson.ReasonJson.of(view.reason()),
                JobJson.outcome(job),
                ProgressJson.of(view.progress()),
                JobJson.time(job.stateSince()));
        try {
            return Json.mapper().writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
