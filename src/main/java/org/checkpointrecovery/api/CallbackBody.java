package org.checkpointrecovery.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.job.Job;

/** The body of a callback, in the JSON of the API. */
public final class CallbackBody {
    private CallbackBody() {}

    public static byte[] of(JobView view) {
        Job job = view.job();
        try {
            return Answers.bytes(json -> {
                json.writeStartObject();
                json.writeStringField("jobId", job.id().value());
                json.writeStringField("name", job.validSpec().name());
                JobJson.state(json, job, view.reason());
                json.writeFieldName("progress");
                JobJson.progress(json, view.progress());
                JobJson.time(json, "at", job.stateSince());
                json.writeEndObject();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RefusedException e) {
            throw new IllegalStateException(e); // no items are read
        }
    }
}
