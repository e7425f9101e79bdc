package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.engine.InlineItems;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.storage.GoldenFile;
import org.checkpointrecovery.storage.GoldenJobs;
import org.checkpointrecovery.storage.UploadedFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The JSON of the API is byte for byte as in {@code src/test/resources/golden}, whatever the stored form is. */
class GoldenJsonTest {
    private static final Retention RETENTION = new Retention(Duration.ofDays(30), null);
    private static final Map<String, Job> JOBS = GoldenJobs.all();

    static Set<String> jobs() {
        return JOBS.keySet();
    }

    private static JobView view(String name) {
        Job job = requireNonNull(JOBS.get(name));
        return new JobView(job, new Position(7, 123, 456, 78, 5, 2), job.createdAt());
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void a_job_is_as_in_its_golden_file(String name) throws Exception {
        JobJson whole = new JobJson(job -> InlineItems.of(List.of("a \"1\"", "\u00fc \ud83d\ude00")), RETENTION, true);
        GoldenFile.assertWritten("api-" + name, Answers.bytes(json -> whole.write(json, view(name))));
    }

    @Test
    void summaries_files_and_callbacks_are_as_in_their_golden_files() throws Exception {
        JobView view = view("job-created-inline-lines.json");
        JobJson jobs = new JobJson(job -> InlineItems.of(List.of()), RETENTION, false);
        GoldenFile.assertWritten("api-summary.json", Answers.bytes(json -> jobs.writeSummary(json, view)));
        UploadedFile file = new UploadedFile(
                "0mh3k2v9x-11111111", "a \"1\"", 1L << 40, "ab12", view.job().createdAt());
        GoldenFile.assertWritten(
                "api-file.json",
                Answers.bytes(json -> JobJson.file(json, file, view.job().createdAt())));
        GoldenFile.assertWritten("api-callback.json", CallbackBody.of(view("job-completed-ends.json")));
        Job damaged = Job.damaged(GoldenJobs.ID, "damaged", view.job().createdAt());
        JobView unknown = new JobView(damaged, Position.START, null);
        GoldenFile.assertWritten("api-job-damaged.json", Answers.bytes(json -> jobs.write(json, unknown)));
    }
}
