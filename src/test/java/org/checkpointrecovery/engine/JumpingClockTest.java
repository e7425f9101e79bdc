package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time of day is set forth and back while jobs run; how long they take has nothing to do with it. */
class JumpingClockTest {
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final String[] ITEMS =
            IntStream.range(0, 60).mapToObj(i -> "item " + i).toArray(String[]::new);

    @TempDir
    private Path directory;

    /** Another time each time that it is asked. */
    private static final class JumpingClock extends Clock {
        private final AtomicLong asked = new AtomicLong();
        private final long daysForth;

        JumpingClock(long daysForth) {
            this.daysForth = daysForth;
        }

        @Override
        public Instant instant() {
            return Instant.parse("2026-11-26T12:00:00Z")
                    .plus(Duration.ofDays(daysForth * asked.getAndIncrement() % 1000))
                    .plusMillis(asked.get());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private TestService start(Clock clock) throws IOException {
        Path data = directory.resolve("data");
        if (!Files.exists(data)) {
            Files.createDirectory(data);
        }
        return TestService.start(
                new LocalDisk(), TestService.Options.of(data).clock(clock).noAutoResume());
    }

    private static void assertSane(Progress progress) {
        assertThat(progress.elapsed()).as("%s", progress).isBetween(Duration.ZERO, LIMIT);
        if (progress.itemsPerSecond() != null) {
            assertThat(progress.itemsPerSecond()).as("%s", progress).isGreaterThan(60.0 / LIMIT.toSeconds());
        }
        if (progress.eta() != null) {
            assertThat(progress.eta()).as("%s", progress).isBetween(Duration.ZERO, LIMIT);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {30, -30, 0})
    void elapsed_time_rate_and_rest_are_those_of_the_work(long daysForth) throws Exception {
        List<Progress> shown = new CopyOnWriteArrayList<>();
        JobId id;
        try (TestService service = start(new JumpingClock(daysForth))) {
            service.service().watch(new Watching(shown));
            id = service.submit(
                    TestSpec.spec()
                            .commit(CommitMode.EACH)
                            .itemDelay(Duration.ofMillis(1))
                            .crashAfter(20, CrashPoint.PROCESSING),
                    ITEMS);
            service.await(id, Status.CRASHED);
            assertSane(service.service().jobs().view(id).progress());
            assertThat(service.service().jobs().view(id).progress().elapsed())
                    .isGreaterThanOrEqualTo(Duration.ofMillis(19));
            assertThat(requireNonNull(
                            service.service().jobs().view(id).progress().itemsPerSecond()))
                    .isLessThan(1000.0);
        }
        Duration before;
        try (TestService service = start(new JumpingClock(daysForth))) {
            assertSane(service.service().jobs().view(id).progress());
            before = service.service().jobs().view(id).progress().elapsed();
            assertThat(before).isGreaterThanOrEqualTo(Duration.ofMillis(19));
            service.service().watch(new Watching(shown));
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.service().jobs().view(id).progress().elapsed())
                    .isGreaterThanOrEqualTo(before.plusMillis(40));
        }
        try (TestService service = start(new JumpingClock(daysForth))) {
            assertSane(service.service().jobs().view(id).progress());
            assertThat(service.service().jobs().view(id).progress().elapsed())
                    .isGreaterThanOrEqualTo(before.plusMillis(40));
        }
        assertThat(shown).hasSizeGreaterThan(20).allSatisfy(JumpingClockTest::assertSane);
        assertThat(shown).anyMatch(progress -> progress.itemsPerSecond() != null);
    }

    @Test
    void a_run_that_was_killed_has_taken_as_long_as_its_last_checkpoint_says() throws Exception {
        GatedDisk gated = new GatedDisk(new LocalDisk(), "results.jsonl", 6);
        JobId id;
        Path copy = directory.resolve("killed");
        try (TestService service = TestService.start(
                gated,
                TestService.Options.of(Files.createDirectory(directory.resolve("data")))
                        .clock(new JumpingClock(30)))) {
            id = service.submit(TestSpec.spec().commit(CommitMode.EACH).itemDelay(Duration.ofMillis(1)), ITEMS);
            Await.until("a commit waits", gated::isReached);
            copyTree(directory.resolve("data"), copy); // what kill -9 leaves
            gated.openGate();
            service.await(id, Status.COMPLETED);
        }
        try (TestService service = TestService.start(
                new LocalDisk(),
                TestService.Options.of(copy).clock(new JumpingClock(30)).noAutoResume())) {
            assertThat(service.status(id)).isEqualTo(Status.CRASHED);
            assertThat(service.nextItem(id)).isPositive();
            assertSane(service.service().jobs().view(id).progress());
            assertThat(service.service().jobs().view(id).progress().elapsed()).isPositive();
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertSane(service.service().jobs().view(id).progress());
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** Keeps what watchers are shown. */
    private record Watching(List<Progress> shown) implements JobWatcher {
        @Override
        public void changed(@Nullable Status before, JobView view) {
            shown.add(view.progress());
        }

        @Override
        public void committed(JobView view, Position before, Duration took) {
            shown.add(view.progress());
        }

        @Override
        public void processed(JobView view, long items, Duration took) {}

        @Override
        public void deleted(JobId id) {}
    }
}
