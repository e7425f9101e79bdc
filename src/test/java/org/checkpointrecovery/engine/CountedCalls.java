package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.InlineProcessor;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.Work;
import org.checkpointrecovery.processor.provided.AllKinds;

/** A world outside of the service that is called for each item, answers in any order, and counts. It survives crashes. */
public final class CountedCalls implements Processors {
    private static final int MOST_MICROS = 300;

    private final Random random;
    private final Set<Long> failing;
    private final String padding;
    private final Map<Long, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final Set<JobId> jobs = ConcurrentHashMap.newKeySet();

    /** @param failing indexes of items that fail */
    public CountedCalls(long seed, Set<Long> failing) {
        this(seed, failing, 0);
    }

    /** @param answerBytes how much longer the answers are than they must be */
    public CountedCalls(long seed, Set<Long> failing, int answerBytes) {
        this.random = new Random(seed);
        this.failing = failing;
        this.padding = answerBytes == 0 ? "" : ",\"text\":\"" + "x".repeat(answerBytes) + "\"";
    }

    public static ProcessorSpec spec(int concurrency) {
        return new ProcessorSpec("counted-calls", "{\"concurrency\":" + concurrency + "}");
    }

    public int calls(long index) {
        AtomicInteger count = calls.get(index);
        return count == null ? 0 : count.get();
    }

    public int total() {
        return calls.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /** The jobs that have called. */
    public Set<JobId> jobs() {
        return jobs;
    }

    /** That each of so many items was called for, and no more than so many calls were made again. */
    public void assertRepeated(int items, int most) {
        assertThat(calls).hasSize(items);
        assertThat(total() - items).as("repeated calls in %s", calls).isBetween(0, most);
    }

    @Override
    public List<ProcessorDescription> kinds() {
        return AllKinds.ofCommandLine().kinds();
    }

    @Override
    public int concurrency(ProcessorSpec spec) {
        return Integer.parseInt(spec.options().replaceAll("\\D", ""));
    }

    @Override
    public InlineProcessor inline(ProcessorSpec spec) throws UnavailableException {
        return AllKinds.ofCommandLine().inline(spec);
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, Format format) {
        return List.of();
    }

    @Override
    public ConcurrentProcessor concurrent(ProcessorSpec spec) {
        int concurrency = concurrency(spec);
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
        return new ConcurrentProcessor() {
            private final AtomicInteger underWay = new AtomicInteger();

            @Override
            public int concurrency() {
                return concurrency;
            }

            @Override
            public void begin(Work work, Consumer<Answer> answered) {
                assertThat(underWay.incrementAndGet()).isLessThanOrEqualTo(concurrency);
                jobs.add(work.first());
                calls.computeIfAbsent(work.index(), index -> new AtomicInteger())
                        .incrementAndGet();
                try {
                    var unused = threads.schedule(
                            () -> {
                                underWay.decrementAndGet();
                                answered.accept(answer(work));
                            },
                            micros(work),
                            TimeUnit.MICROSECONDS);
                } catch (RejectedExecutionException e) {
                    // it is closed
                }
            }

            @Override
            public void stopRetrying() {
                // each call has one attempt
            }

            @Override
            public void close() {
                threads.shutdownNow();
            }
        };
    }

    /** One in five is slower than all that come after it. */
    private long micros(Work work) {
        synchronized (random) {
            return random.nextInt(MOST_MICROS) + (work.index() % 5 == 0 ? 5L * MOST_MICROS : 0);
        }
    }

    private Answer answer(Work work) {
        if (failing.contains(work.index())) {
            return new Answer.Failed(new ItemFailure(ItemErrorCode.HTTP_STATUS, "It answered 500.", 500), 5);
        }
        String result = "{\"index\":" + work.index() + ",\"length\":" + work.item().length + padding + "}";
        return new Answer.Succeeded(result.getBytes(StandardCharsets.UTF_8));
    }
}
