package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.api.EventSource.Event;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams of events, as clients read them. */
@Timeout(60)
class EventsTest {
    private static final MoodyDisk DISK = new MoodyDisk();
    private static final String ITEMS = "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1";

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).disk(DISK).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static String events(String id) {
        return "/v1/jobs/" + id + "/events";
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(Event::name).toList();
    }

    private static List<String> states(List<Event> events) {
        return events.stream()
                .filter(event -> event.name().equals("state"))
                .map(Event::state)
                .toList();
    }

    @Test
    void a_job_is_followed_from_a_snapshot_to_its_end() throws Exception {
        String id = http.submit(ITEMS + ",\"start\":false}");
        try (EventSource source = EventSource.open(service, events(id), null)) {
            assertThat(source.header("Content-Type")).startsWith("text/event-stream");
            assertThat(source.header("X-Accel-Buffering")).isEqualTo("no");
            List<Event> events = new ArrayList<>(source.until("snapshot"));
            assertThat(events.get(0).state()).isEqualTo("CREATED");
            http.ask(id, "start").is(202);
            events.addAll(source.until("end"));
            assertThat(source.next()).isNull();
            assertThat(states(events)).containsExactly("QUEUED", "RUNNING", "COMPLETED");
            Event end = events.get(events.size() - 1);
            assertThat(end.data().at("/progress/processedItems").asInt()).isEqualTo(3);
            assertThat(end.data().get("outcome").textValue()).isEqualTo("SUCCEEDED");
            assertThat(events.stream().map(Event::id)).doesNotHaveDuplicates();
            try (EventSource again = EventSource.open(service, events(id), end.id())) {
                assertThat(again.status()).isEqualTo(204);
            }
        }
    }

    @Test
    void progress_and_checkpoints_are_told_while_a_job_runs() throws Exception {
        String id = http.submit(ITEMS + ",\"faults\":{\"itemDelayMillis\":400}}");
        try (EventSource source = EventSource.open(service, events(id), null)) {
            List<Event> events = source.until("end");
            assertThat(names(events)).contains("progress", "checkpoint");
            Event checkpoint = events.stream()
                    .filter(event -> event.name().equals("checkpoint"))
                    .findFirst()
                    .orElseThrow();
            assertThat(checkpoint.data().get("jobId").textValue()).isEqualTo(id);
            assertThat(checkpoint.data().get("nextItem").asInt()).isBetween(1, 3);
        }
    }

    @Test
    void who_comes_back_gets_what_was_missed_and_nothing_twice() throws Exception {
        DISK.holdResults();
        String id = http.submit(ITEMS + "}");
        DISK.awaitHeldResults();
        long seen;
        try (EventSource source = EventSource.open(service, events(id), null)) {
            seen = source.until("snapshot").get(0).id();
        }
        DISK.releaseResults();
        http.await(id, "COMPLETED");
        try (EventSource source = EventSource.open(service, events(id), seen)) {
            List<Event> missed = source.until("end");
            assertThat(names(missed)).doesNotContain("snapshot");
            assertThat(states(missed)).containsSubsequence("COMPLETED");
            assertThat(missed).allMatch(event -> event.id() > seen);
        }
    }

    @Test
    void who_was_away_too_long_gets_a_new_snapshot() throws Exception {
        String id = http.complete(ITEMS + "}");
        for (long unknown : new long[] {0, 17, Long.MAX_VALUE}) {
            try (EventSource source = EventSource.open(service, events(id), unknown)) {
                assertThat(names(source.until("end"))).containsExactly("snapshot", "end");
            }
        }
    }

    @Test
    void a_failed_job_ends_and_can_be_followed_again_when_it_is_resumed() throws Exception {
        String id = http.submit(ITEMS + ",\"onItemError\":\"fail\",\"faults\":{\"failItems\":[1]}}");
        http.await(id, "FAILED");
        try (EventSource source = EventSource.open(service, events(id), null)) {
            assertThat(names(source.until("end"))).containsExactly("snapshot", "end");
        }
        try (EventSource all = EventSource.open(service, "/v1/events", null)) {
            all.until("snapshot");
            http.ask(id, "resume").is(202);
            assertThat(states(all.until("end"))).containsSubsequence("QUEUED", "RUNNING", "FAILED");
        }
    }

    @Test
    void all_jobs_are_followed_in_one_stream() throws Exception {
        String waiting = http.submit(ITEMS + ",\"start\":false,\"name\":\"waiting\"}");
        try (EventSource source = EventSource.open(service, "/v1/events", null)) {
            Event snapshot = source.until("snapshot").get(0);
            assertThat(snapshot.data().get("jobs").findValuesAsText("id")).contains(waiting);
            String made = http.submit(ITEMS + "}");
            List<Event> events = source.until("end");
            assertThat(events)
                    .anyMatch(event -> event.data().path("id").asText().equals(made));
            http.ask(waiting, "cancel").is(202);
            source.until("end");
            http.delete("/v1/jobs/" + waiting).is(204);
            List<Event> deleted = source.until("deleted");
            assertThat(deleted.get(deleted.size() - 1).data().get("jobId").textValue())
                    .isEqualTo(waiting);
        }
    }

    @Test
    void a_reader_of_a_job_that_is_deleted_is_told_and_let_go() throws Exception {
        String id = http.submit(ITEMS + ",\"start\":false}");
        try (EventSource source = EventSource.open(service, events(id), null)) {
            http.delete("/v1/jobs/" + id).is(204);
            source.until("deleted");
            assertThat(source.next()).isNull();
        }
    }

    @Test
    void ids_rise_over_a_restart() throws Exception {
        try (TestServer other = TestServer.in(directory.resolve("other")).start()) {
            String id = other.client().submit(ITEMS + ",\"start\":false}");
            long seen;
            try (EventSource source = EventSource.open(other, events(id), null)) {
                seen = source.until("snapshot").get(0).id();
                other.restart();
                assertThat(source.next()).isNull();
            }
            try (EventSource source = EventSource.open(other, events(id), seen)) {
                Event snapshot = source.until("snapshot").get(0);
                assertThat(snapshot.id()).isGreaterThan(seen);
            }
        }
    }
}
