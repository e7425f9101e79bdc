package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.storage.DescriptorsExhaustedException;
import org.junit.jupiter.api.Test;

/** What is durable is answered as done, also when the items of the job cannot be read back for the answer. */
class UnreadableItemsTest extends OnMoodyDisk {
    private static final String SPEC = "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1,\"start\":false}";

    /** Too large for the log, so that it is read from its file at once. */
    private static final String LARGE = "{\"input\":{\"items\":[\"" + "a".repeat(70_000) + "\"]},\"start\":false}";

    private void refuseItems(IOException failure) {
        disk.refuseToOpen(file -> file.endsWith("input.txt") ? failure : null);
    }

    private static void hasNoItems(Answer job) {
        assertThat(job.at("/spec/input/items").isNull()).isTrue();
        assertThat(job.text("/spec/input/itemsProblem")).contains("input.txt");
    }

    @Test
    void a_job_is_shown_without_its_items() {
        String id = http.submit(SPEC);
        service.writtenFile(id, "input.txt");
        refuseItems(new IOException("Input/output error"));
        hasNoItems(http.get("/v1/jobs/" + id).is(200));
        Answer list = http.get("/v1/jobs").is(200);
        assertThat(list.text("/jobs/0/id")).isEqualTo(id);
        assertThat(list.text("/jobs/0/spec/input/itemsProblem")).contains("input.txt");
        disk.refuseToOpen(null);
        assertThat(http.job(id).text("/spec/input/items/2")).isEqualTo("c");
    }

    @Test
    void every_verb_that_was_carried_out_is_answered_as_such() {
        String id = http.submit(SPEC);
        service.writtenFile(id, "input.txt");
        refuseItems(new DescriptorsExhaustedException("no", new IOException("Too many open files")));
        hasNoItems(http.ask(id, "cancel").is(202));
        assertThat(http.job(id).state()).isEqualTo("CANCELLED");

        disk.refuseToOpen(null);
        String crashed = http.submit("{\"input\":{\"items\":[\"a\",\"b\"]},\"faults\":{\"crashAfterItems\":1}}");
        http.await(crashed, "CRASHED");
        // The second submission is published, and then its items are not there for the answer.
        disk.refuseToOpen(file -> file.endsWith("input.txt") && !file.toString().contains(".new-")
                ? new IOException("Input/output error")
                : null);
        Answer submitted = http.post("/v1/jobs", LARGE).is(201);
        hasNoItems(submitted);
        assertThat(http.job(submitted.id()).state()).isEqualTo("CREATED");
    }

    @Test
    void items_that_were_removed_or_changed_are_not_made_up() throws Exception {
        String id = http.submit(SPEC);
        Path items = service.writtenFile(id, "input.txt");
        Files.writeString(items, "a\n");
        hasNoItems(http.job(id));
        Files.delete(items);
        assertThat(http.job(id).text("/spec/input/itemsProblem")).isEqualTo("input.txt is missing");
    }
}
