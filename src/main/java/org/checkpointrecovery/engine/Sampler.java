package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.ItemDecoder;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.InlineProcessor;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.Work;
import org.checkpointrecovery.sink.ErrorLine;
import org.checkpointrecovery.storage.InputItems;

/** Processes the first items of an input as a job would, without storing anything. */
final class Sampler {
    private final Processors processors;
    private final Duration limit;

    /** @param limit for all items together */
    Sampler(Processors processors, Duration limit) {
        this.processors = processors;
        this.limit = limit;
    }

    private record Answered(int number, Answer answer) {}

    List<SampledItem> sample(JobId id, JobSpec spec, InputItems input, int max)
            throws IOException, InterruptedException, Processors.UnavailableException {
        List<Item> items = read(input, max);
        return processors.isConcurrent(spec.processor())
                ? together(id, spec, items, input.decoder())
                : oneByOne(processors.inline(spec.processor()), items, input.decoder());
    }

    private static List<Item> read(InputItems input, int max) throws IOException {
        List<Item> read = new ArrayList<>();
        try (ItemSource source = input.open(Position.START)) {
            while (read.size() < max) {
                Items items = source.read(max - read.size());
                if (items.count() == 0) {
                    break;
                }
                for (int i = 0; i < items.count(); i++) {
                    read.add(items.get(i).copy());
                }
            }
        }
        return read;
    }

    private List<SampledItem> oneByOne(InlineProcessor processor, List<Item> items, ItemDecoder decoder) {
        List<SampledItem> sampled = new ArrayList<>();
        for (Item item : items) {
            JsonBytes result = new JsonBytes(256);
            ItemFailure failure = decoder.decode(item);
            int attempts = failure == null ? 1 : 0;
            if (failure == null) {
                failure = processor.process(decoder.decoded(), result);
            }
            sampled.add(
                    failure == null
                            ? new SampledItem(true, Arrays.copyOf(result.array(), result.length()))
                            : failed(item, failure, attempts));
        }
        return sampled;
    }

    private static SampledItem failed(Item item, ItemFailure failure, int attempts) {
        JsonBytes line = new JsonBytes(256);
        ErrorLine.append(line, item, failure, attempts);
        return new SampledItem(false, Arrays.copyOf(line.array(), line.length() - 1));
    }

    private List<SampledItem> together(JobId id, JobSpec spec, List<Item> items, ItemDecoder decoder)
            throws InterruptedException, Processors.UnavailableException {
        SampledItem[] sampled = new SampledItem[items.size()];
        BlockingQueue<Answered> answers = new LinkedBlockingQueue<>();
        long deadline = System.nanoTime() + limit.toNanos();
        try (ConcurrentProcessor processor = processors.concurrent(spec.processor())) {
            int underWay = 0;
            boolean inTime = true;
            for (int number = 0; number < items.size() && inTime; number++) {
                Item item = items.get(number);
                ItemFailure failure = decoder.decode(item);
                if (failure != null) {
                    sampled[number] = failed(item, failure, 0);
                    continue;
                }
                if (underWay == processor.concurrency()) {
                    inTime = take(answers, items, sampled, deadline);
                    underWay--;
                }
                if (inTime) {
                    begin(processor, work(id, spec, decoder.decoded()), number, answers);
                    underWay++;
                }
            }
            while (underWay > 0 && inTime) {
                inTime = take(answers, items, sampled, deadline);
                underWay--;
            }
        }
        for (int number = 0; number < sampled.length; number++) {
            if (sampled[number] == null) {
                sampled[number] = late(items.get(number));
            }
        }
        return List.of(sampled);
    }

    private static void begin(ConcurrentProcessor processor, Work work, int number, BlockingQueue<Answered> answers) {
        processor.begin(work, answer -> answers.add(new Answered(number, answer)));
    }

    private static Work work(JobId id, JobSpec spec, Item decoded) {
        byte[] bytes = Arrays.copyOfRange(decoded.bytes(), decoded.start(), decoded.end());
        return new Work(id, decoded.index(), bytes, spec.format().kind().isJson());
    }

    /** Waits for an answer. Returns false if none arrives in time. */
    private boolean take(BlockingQueue<Answered> answers, List<Item> items, SampledItem[] sampled, long deadline)
            throws InterruptedException {
        Answered one = answers.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (one == null) {
            return false;
        }
        Item item = items.get(one.number);
        if (one.answer instanceof Answer.Succeeded succeeded) {
            sampled[one.number] = new SampledItem(true, succeeded.result());
        } else if (one.answer instanceof Answer.Failed failed) {
            sampled[one.number] = failed(item, failed.failure(), failed.attempts());
        } else if (one.answer instanceof Answer.GivenUp givenUp && givenUp.pause() != null) {
            sampled[one.number] = failed(
                    item,
                    new ItemFailure(
                            ItemErrorCode.TIMED_OUT,
                            "A job would pause here: " + givenUp.pause().message()),
                    1);
        }
        return true;
    }

    private SampledItem late(Item item) {
        return failed(
                item,
                new ItemFailure(
                        ItemErrorCode.TIMED_OUT,
                        "No answer within the " + limit.toSeconds()
                                + " s allowed for the whole sample. A job would keep waiting."),
                1);
    }
}
