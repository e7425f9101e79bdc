package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.JobCodec;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;

/**
 * What a cluster does with the ranges of a job: the content of {@code order.json}.
 *
 * @param job the job at the start of the run
 * @param maxItemBytes the maximum size of an item; longer items fail
 * @param httpAllow the targets that the processor {@code http} may call, as its rules format them
 * @param tasks how many ranges are processed at once, at least 1
 */
public record RangeOrder(Job job, Input input, int maxItemBytes, String httpAllow, int tasks) {
    private static final int VERSION = 1;

    void write(Disk disk, Path file) throws IOException {
        ObjectNode json = StoredJson.object(VERSION);
        json.put("jobId", job.id().value()).put("job", new String(JobCodec.encode(job), UTF_8));
        Path indexes = input.indexes();
        json.putObject("input")
                .put("file", input.file().toAbsolutePath().toString())
                .put(
                        "indexes",
                        indexes == null ? null : indexes.toAbsolutePath().toString())
                .put("foreign", input.foreign())
                .put("asSent", input.asSent());
        json.put("maxItemBytes", maxItemBytes).put("httpAllow", httpAllow).put("tasks", tasks);
        Replacement.write(disk, file, StoredJson.write(json));
    }

    static RangeOrder read(Disk disk, Path file) throws IOException {
        JsonNode json = StoredJson.read(disk.read(file), VERSION);
        JsonNode input = StoredJson.child(json, "input");
        String indexes = StoredJson.textOrNull(input, "indexes");
        return new RangeOrder(
                JobCodec.decode(
                        StoredJson.text(json, "job").getBytes(UTF_8), new JobId(StoredJson.text(json, "jobId"))),
                new Input(
                        Path.of(StoredJson.text(input, "file")),
                        indexes == null ? null : Path.of(indexes),
                        StoredJson.child(input, "foreign").booleanValue(),
                        StoredJson.child(input, "asSent").booleanValue()),
                (int) StoredJson.number(json, "maxItemBytes"),
                StoredJson.text(json, "httpAllow"),
                (int) StoredJson.number(json, "tasks"));
    }
}
