package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.InlineItems;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Retention;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client whose snapshot takes long to write. */
class EventStreamsTest {
    @TempDir
    private static Path directory;

    private final CountDownLatch snapshotBegun = new CountDownLatch(1);
    private final CountDownLatch snapshotMayEnd = new CountDownLatch(1);
    private final TestServer service = TestServer.in(directory).start();
    private final EventStreams streams = new EventStreams(
            service.service(), new JobJson(job -> slowItems(), Retention.UNLIMITED, false), Clock.systemUTC());

    /** What a client has received. */
    private static final class Received extends ServletOutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // synchronizes its methods

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {}

        @Override
        public void write(int one) {
            bytes.write(one);
        }

        /** The names of its events, in order. */
        List<String> events() {
            return lines("event: ").toList();
        }

        List<Long> ids() {
            return lines("id: ").map(Long::valueOf).toList();
        }

        private java.util.stream.Stream<String> lines(String prefix) {
            return bytes.toString(UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(prefix))
                    .map(line -> line.substring(prefix.length()));
        }
    }

    /** The items are part of the snapshot of one job. */
    private InlineItems slowItems() {
        snapshotBegun.countDown();
        try {
            snapshotMayEnd.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return InlineItems.of(List.of("a"));
    }

    @BeforeEach
    void start() {
        streams.start();
    }

    @AfterEach
    void stop() {
        snapshotMayEnd.countDown();
        streams.close();
        service.close();
    }

    /** Connects a client, as a request does. */
    private Received connect(@Nullable JobId job) {
        Received received = new Received();
        EventReader reader = new EventReader(received, job, () -> {}, ended -> {});
        streams.add(reader, job, null);
        reader.onWritePossible();
        return received;
    }

    @Test
    void others_get_their_events_meanwhile_and_its_own_follow_the_snapshot() {
        String id = service.client().submit("{\"input\":{\"items\":[\"a\"]},\"start\":false}");
        Received other = connect(null);
        CompletableFuture<Received> slow = CompletableFuture.supplyAsync(() -> connect(new JobId(id)));
        Await.until("the snapshot is being written", snapshotBegun::getCount, count -> count == 0);
        CompletableFuture<Received> connecting = CompletableFuture.supplyAsync(() -> connect(null));
        Await.until("another client connects", connecting::isDone, done -> done);
        Received late = connecting.join();
        service.client().post("/v1/jobs/" + id + "/start", "").is(202);
        Await.until("others know the end", other::events, events -> events.contains("end"));
        Await.until("others know the end", late::events, events -> events.contains("end"));
        assertThat(slow).isNotDone();
        snapshotMayEnd.countDown();
        Received own = slow.join();
        Await.until("it knows the end", own::events, events -> events.contains("end"));
        List<String> events = own.events();
        assertThat(events).startsWith("snapshot", "state").endsWith("state", "end");
        assertThat(events.stream().filter("snapshot"::equals)).hasSize(1);
        assertThat(own.ids()).isSorted().doesNotHaveDuplicates();
        assertThat(own.ids()).containsAll(late.ids().subList(1, late.ids().size()));
    }
}
