package org.checkpointrecovery.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.InlineProcessor;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;

/** Calls that are answered only when a test says so. */
public final class HeldCalls implements Processors {
    /** As of HTTP. */
    public static final int UNAUTHORIZED = 5;

    private final int concurrency;
    private final List<Long> begun = new ArrayList<>(); // guarded by this, as all below
    private final Map<Long, Consumer<Answer>> waiting = new TreeMap<>();
    private boolean stopped;
    private int open;
    private @Nullable String unavailable;
    private LongPredicate answeredAtOnce = index -> false;
    private String padding = "";
    private volatile ConcurrentProcessor.Pauses pauses = ConcurrentProcessor.Pauses.NEVER;

    public HeldCalls(int concurrency) {
        this.concurrency = concurrency;
    }

    /** A processor like that of HTTP: failures in a row are looked at. */
    public ProcessorSpec http(@Nullable Integer pauseAfterFailedItems) {
        pauses = new ConcurrentProcessor.Pauses(
                pauseAfterFailedItems == null ? Integer.MAX_VALUE : pauseAfterFailedItems, UNAUTHORIZED);
        return CountedCalls.spec(concurrency);
    }

    public ProcessorSpec plugin() {
        return CountedCalls.spec(concurrency);
    }

    /** Indexes in the order in which they were begun, over all runs. */
    public synchronized List<Long> begun() {
        return List.copyOf(begun);
    }

    public synchronized int begunCount() {
        return begun.size();
    }

    public synchronized List<Long> waiting() {
        return List.copyOf(waiting.keySet());
    }

    /** Whether the run has said that no more attempts are wanted. */
    public synchronized boolean isStopped() {
        return stopped;
    }

    public synchronized int open() {
        return open;
    }

    public synchronized void unavailable(@Nullable String why) {
        unavailable = why;
    }

    /** Has these items succeed at once. */
    public synchronized void answerAtOnce(LongPredicate indexes, int answerBytes) {
        answeredAtOnce = indexes;
        padding = " ".repeat(answerBytes);
    }

    public void succeed(long index) {
        answer(index, succeeded(index));
    }

    private synchronized Answer succeeded(long index) {
        return new Answer.Succeeded((result(index) + padding).getBytes(StandardCharsets.UTF_8));
    }

    public static String result(long index) {
        return "{\"index\":" + index + ",\"ok\":true}";
    }

    public void fail(long index, @Nullable Integer status) {
        answer(index, new Answer.Failed(new ItemFailure(ItemErrorCode.HTTP_STATUS, "It failed.", status), 1));
    }

    public void giveUp(long index, @Nullable Reason reason) {
        answer(index, new Answer.GivenUp(reason));
    }

    private void answer(long index, Answer answer) {
        Consumer<Answer> answered;
        synchronized (this) {
            answered = waiting.remove(index);
        }
        if (answered == null) {
            throw new AssertionError("item " + index + " is not under way");
        }
        answered.accept(answer);
    }

    @Override
    public List<ProcessorDescription> kinds() {
        return List.of();
    }

    @Override
    public int concurrency(ProcessorSpec spec) {
        return concurrency;
    }

    @Override
    public InlineProcessor inline(ProcessorSpec spec) {
        throw new AssertionError("nothing is processed inline here");
    }

    @Override
    public List<Problem> problems(ProcessorSpec spec, Format format) {
        return List.of();
    }

    @Override
    public synchronized ConcurrentProcessor concurrent(ProcessorSpec spec) throws UnavailableException {
        if (unavailable != null) {
            throw new UnavailableException(unavailable);
        }
        open++;
        stopped = false;
        return new ConcurrentProcessor() {
            @Override
            public int concurrency() {
                return concurrency;
            }

            @Override
            public Pauses pauses() {
                return pauses;
            }

            @Override
            public void begin(Work work, Consumer<Answer> answered) {
                boolean atOnce;
                synchronized (HeldCalls.this) {
                    begun.add(work.index());
                    atOnce = answeredAtOnce.test(work.index());
                    if (!atOnce) {
                        waiting.put(work.index(), answered);
                    }
                }
                if (atOnce) {
                    answered.accept(succeeded(work.index()));
                }
            }

            @Override
            public void stopRetrying() {
                synchronized (HeldCalls.this) {
                    stopped = true;
                }
            }

            @Override
            public void close() {
                synchronized (HeldCalls.this) {
                    open--;
                    waiting.clear();
                }
            }
        };
    }
}
