package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.checkpointrecovery.engine.JobQuery.Between;
import org.checkpointrecovery.engine.JobQuery.Filter;
import org.checkpointrecovery.engine.JobQuery.LabelFilter;
import org.checkpointrecovery.engine.JobQuery.Order;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Traits;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.SettledJob;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists of many settled jobs, compared with filtering and sorting all of them at once. */
class JobListTest {
    private static final int JOBS = 2000;
    private static final Instant EPOCH = Instant.parse("2026-11-23T10:00:00Z");
    private static final List<Status> ENDS = List.of(Status.COMPLETED, Status.FAILED, Status.CANCELLED);

    private final AtomicInteger loaded = new AtomicInteger();
    private final List<SettledJob> all = new ArrayList<>();
    private final JobWatchers watchers = new JobWatchers();
    private final JobStore store =
            new JobStore(new CrashingDisk(0), TestService.DATA.resolve("jobs"), TestService.DATA.resolve("log"));
    private final JobRegistry registry = new JobRegistry(store, watchers, Callbacks.NONE, this::load);
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private JobEntry load(JobId id, Status expected) {
        loaded.incrementAndGet();
        JobState state = switch (expected) {
            case COMPLETED -> new JobState.Completed(Position.START, null);
            case FAILED -> new JobState.Failed(new Reason(ErrorCode.IO_ERROR, "a broken disk"));
            default -> new JobState.Cancelled();
        };
        SettledJob job =
                all.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
        Traits traits = job.traits();
        Job submitted = Job.submitted(
                id,
                job.parentId(),
                TestSpec.spec().notStarted().build().named(traits.name(), traits.labels()),
                new InputIdentity(0, null, 0),
                null,
                null,
                traits.createdAt());
        Job settled = new Job(submitted.submission(), 0L, state, EPOCH, List.of(), null, submitted.ends());
        return new JobEntry(store, watchers, settled, Position.START, null, null);
    }

    private void add(int number) {
        Traits traits = new Traits(
                EPOCH.plusSeconds(number).toEpochMilli(),
                random.nextInt(10) == 0 ? "http" : "text-stats",
                random.nextInt(4) == 0 ? null : "job " + random.nextInt(50),
                random.nextInt(3) == 0
                        ? null
                        : Map.of("team", random.nextBoolean() ? "blue" : "red", "n" + number % 7, "x"),
                null);
        SettledJob job = new SettledJob(
                new JobId(String.format("job-%06d-a", number)),
                ENDS.get(random.nextInt(ENDS.size())),
                number % 5 == 0 ? new JobId("job-000001-a") : null,
                null,
                traits,
                0,
                1);
        all.add(job);
        registry.found(job);
    }

    private static Key key(SettledJob job) {
        return new Key(job.id(), job.traits().name());
    }

    private record Key(JobId id, @Nullable String name) {}

    /** Every order and filter, on pages of any size; jobs that are added or deleted meanwhile disturb no others. */
    @ParameterizedTest
    @EnumSource
    void pages_hold_every_matching_job_once_in_order(Order order) throws Exception {
        System.out.println("JobListTest: seed " + seed);
        for (int number = 1; number <= JOBS; number += 2) {
            add(number);
        }
        for (Filter filter : filters()) {
            List<JobId> expected = expected(filter, order);
            Set<JobId> disturbing = new HashSet<>();
            List<JobId> found = new ArrayList<>();
            JobQuery query = new JobQuery(filter, order, null);
            while (true) {
                int pageSize = 1 + random.nextInt(100);
                int before = loaded.get();
                JobPage page = registry.list(query, pageSize);
                assertThat(loaded.get() - before).isLessThanOrEqualTo(pageSize + 1);
                page.jobs().forEach(view -> found.add(view.job().id()));
                if (page.last() == null) {
                    break;
                }
                query = new JobQuery(filter, order, page.last());
                int added = 2 * random.nextInt(JOBS / 2);
                JobId fresh = new JobId(String.format("job-%06d-a", added));
                if (!registry.has(fresh)) {
                    add(added);
                    disturbing.add(fresh);
                }
                JobId gone = all.get(random.nextInt(all.size())).id();
                registry.remove(registry.entry(gone));
                all.removeIf(job -> job.id().equals(gone));
                disturbing.add(gone);
            }
            assertThat(found).doesNotHaveDuplicates();
            found.removeAll(disturbing);
            expected.removeAll(disturbing);
            assertThat(found).as("%s %s", filter, order).isEqualTo(expected);
        }
    }

    private static List<Filter> filters() {
        Between any = new Between(null, null);
        return List.of(
                Filter.ALL,
                new Filter(Set.of(Status.FAILED, Status.CANCELLED), List.of(), null, null, any, null),
                new Filter(Set.of(), List.of(new LabelFilter("team", "blue")), null, null, any, null),
                new Filter(
                        Set.of(),
                        List.of(new LabelFilter("team", null), new LabelFilter("n3", "x")),
                        null,
                        null,
                        any,
                        null),
                new Filter(Set.of(), List.of(), "job 1", null, any, null),
                new Filter(Set.of(), List.of(), null, "http", any, null),
                new Filter(
                        Set.of(),
                        List.of(),
                        null,
                        null,
                        new Between(EPOCH.plusSeconds(300), EPOCH.plusSeconds(700)),
                        null),
                new Filter(Set.of(Status.COMPLETED), List.of(), null, "text-stats", any, new JobId("job-000001-a")),
                new Filter(Set.of(Status.RUNNING), List.of(), null, null, any, null));
    }

    /** Written anew, without the code under test. */
    private List<JobId> expected(Filter filter, Order order) {
        Stream<SettledJob> matching = all.stream()
                .filter(job -> filter.states().isEmpty() || filter.states().contains(job.status()))
                .filter(job -> filter.parentId() == null || filter.parentId().equals(job.parentId()))
                .filter(job -> filter.processor() == null
                        || filter.processor().equals(job.traits().processor()))
                .filter(job -> filter.namePrefix() == null
                        || String.valueOf(job.traits().name()).startsWith(filter.namePrefix()))
                .filter(job -> filter.created().start() == null
                        || job.traits().createdAt().isAfter(filter.created().start()))
                .filter(job -> filter.created().end() == null
                        || job.traits().createdAt().isBefore(filter.created().end()))
                .filter(job -> filter.labels().stream().allMatch(label -> {
                    String value = job.traits().labels() == null
                            ? null
                            : job.traits().labels().get(label.key());
                    return value != null
                            && (label.value() == null || label.value().equals(value));
                }));
        Comparator<Key> ids = Comparator.comparing(Key::id);
        Comparator<Key> keys = switch (order) {
            case OLDEST_FIRST -> ids;
            case NEWEST_FIRST -> ids.reversed();
            case BY_NAME ->
                Comparator.comparing((Key key) -> key.name() == null ? "~" : key.name())
                        .thenComparing(ids);
        };
        return matching.map(JobListTest::key)
                .sorted(keys)
                .map(Key::id)
                .collect(Collectors.toCollection(ArrayList::new));
    }
}
