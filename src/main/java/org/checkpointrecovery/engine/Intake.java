package org.checkpointrecovery.engine;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.engine.Refusal.InputPart;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.JobStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts jobs: checks a submission, makes it durable, and queues it. Thread-safe. */
public final class Intake {
    private static final Logger log = LoggerFactory.getLogger(Intake.class);
    private static final Duration SAMPLE_LIMIT = Duration.ofSeconds(60);

    private final JobRegistry registry;
    private final JobStore jobs;
    private final JobVerbs verbs;
    private final SubmittedInput inputs;
    private final Processors processors;
    private final Phase phase;
    private final IdGenerator ids;
    private final Clock clock;
    /** Submissions hold the read lock while they use an upload; deleting one needs the write lock. */
    private final ReadWriteLock uploadsInUse = new ReentrantReadWriteLock();

    Intake(
            JobRegistry registry,
            JobStore jobs,
            JobVerbs verbs,
            SubmittedInput inputs,
            Processors processors,
            Phase phase,
            IdGenerator ids,
            Clock clock) {
        this.registry = registry;
        this.jobs = jobs;
        this.verbs = verbs;
        this.inputs = inputs;
        this.processors = processors;
        this.phase = phase;
        this.ids = ids;
        this.clock = clock;
    }

    /** Returns the lock that keeps submissions from using an upload. */
    Lock uploadLock() {
        return uploadsInUse.writeLock();
    }

    /**
     * A submitted job.
     *
     * @param replayed whether an earlier request with the same key created it
     */
    public record Submitted(JobView view, boolean replayed) {}

    /** Where a job comes from, besides its spec. */
    private record Origin(
            @Nullable JobId parent,
            @Nullable IdempotencyKey key,
            @Nullable String client) {}

    public Submitted submit(NewJob request) throws RefusedException, IOException {
        IdempotencyKey key = request.key();
        Origin origin = new Origin(null, key, request.submittedBy());
        return once(key, () -> create(origin, request.spec(), inputs.writerOf(request)));
    }

    /**
     * Creates a job over the failed items of another.
     *
     * @param key of the request, or null
     * @param client the name of the client's token; null if the service needs none
     */
    public Submitted retryFailed(JobId id, @Nullable IdempotencyKey key, @Nullable String client)
            throws RefusedException, IOException {
        return once(key, () -> retry(id, new Origin(id, key, client)));
    }

    private JobView retry(JobId id, Origin origin) throws RefusedException, IOException {
        JobEntry entry = registry.entry(id);
        SubmittedInput.Writer failedItems = inputs.writerOfFailed(entry);
        JobSpec parent = entry.job().validSpec();
        try {
            return create(origin, parent.retryOf(id, entry.job().firstId()), failedItems);
        } catch (OpenQuoteException e) {
            throw new Refusal.NotAllowed(Verb.RETRY_FAILED, entry.view(), e.getMessage()).exception();
        } catch (NoSuchFileException e) {
            synchronized (entry) { // deleting the job needs it too
                if (entry.isDeleted()) {
                    throw new Refusal.NoSuchJob(id).exception();
                }
            }
            throw e;
        }
    }

    /** Creates a job. */
    private interface Making {
        JobView make() throws RefusedException, IOException;
    }

    /** Creates a job, or finds the one that the same request created earlier. */
    private Submitted once(@Nullable IdempotencyKey key, Making making) throws RefusedException, IOException {
        IdempotencyKeys keys = registry.keys();
        JobId before = key == null ? null : keys.claim(key);
        if (before != null) {
            return new Submitted(registry.view(before), true);
        }
        JobId made = null;
        try {
            JobView view = making.make();
            made = view.job().id();
            return new Submitted(view, false);
        } finally {
            if (key != null && made != null) {
                keys.settle(key, made);
            } else if (key != null) {
                keys.release(key);
            }
        }
    }

    private JobView create(Origin origin, JobSpec spec, SubmittedInput.Writer writer)
            throws RefusedException, IOException {
        phase.refuseWhenStopping();
        inputs.check(spec.input());
        return spec.start()
                ? verbs.queueNew(() -> publish(origin, spec, writer))
                : publish(origin, spec, writer).view();
    }

    private JobEntry publish(Origin origin, JobSpec asked, SubmittedInput.Writer writer)
            throws RefusedException, IOException {
        JobId id = new JobId(ids.next());
        try (JobStore.Draft draft = jobs.begin(id)) {
            JobSpec spec = inputs.prepare(asked, draft, writer);
            uploadsInUse.readLock().lock(); // not earlier: decoding an input may take minutes
            try {
                inputs.check(spec.input());
                SubmittedInput.Opened input = inputs.open(spec, draft);
                Job job = job(id, origin, spec, input);
                draft.publish(job);
                JobEntry entry = registry.admit(job);
                log.info(
                        "Job {}: submitted{}, {}",
                        id,
                        origin.client == null ? "" : " by " + origin.client,
                        job.status());
                return entry;
            } finally {
                uploadsInUse.readLock().unlock();
            }
        }
    }

    private Job job(JobId id, Origin origin, JobSpec spec, SubmittedInput.Opened input) throws RefusedException {
        refuseOtherFields(spec, input.items());
        JobSpec whole = spec.withFormat(input.items().format());
        return Job.submitted(id, origin.parent, whole, input.identity(), null, origin.key, clock.instant())
                .by(origin.client);
    }

    /** Refuses a processor that uses fields that the input does not have. */
    private void refuseOtherFields(JobSpec spec, InputItems items) throws RefusedException {
        CsvHeader header = items.header();
        List<Processors.Problem> problems =
                header == null ? List.of() : processors.problems(spec.processor(), header.names());
        if (!problems.isEmpty()) {
            throw Refusal.BadProcessor.of(problems.get(0)).exception();
        }
    }

    /**
     * The result of validating a submission.
     *
     * @param view the job that the submission would create; it is not stored
     */
    public record Validated(JobView view, List<SampledItem> sample) {
        public Validated {
            sample = List.copyOf(sample);
        }
    }

    /**
     * Makes all checks of a submission and processes the first items for real, but stores nothing.
     *
     * @param sample the number of items to process
     */
    public Validated validate(NewJob request, int sample) throws RefusedException, IOException {
        phase.refuseWhenStopping();
        JobId id = new JobId(ids.next());
        inputs.check(request.spec().input());
        try (JobStore.Draft draft = jobs.begin(id)) { // never published, so it leaves nothing behind
            JobSpec spec = inputs.prepare(request.spec(), draft, inputs.writerOf(request));
            SubmittedInput.Opened input = inputs.open(spec, draft);
            Job job = job(id, new Origin(null, null, null), spec, input);
            return new Validated(
                    new JobView(job, Position.START, null),
                    sample == 0
                            ? List.of()
                            : new Sampler(processors, SAMPLE_LIMIT).sample(id, spec, input.items(), sample));
        } catch (OpenQuoteException e) {
            throw new Refusal.BadInput(InputPart.WHOLE, "cannot be read: " + e.explanation()).exception();
        } catch (Processors.UnavailableException e) {
            throw new Refusal.BadProcessor(List.of(), "cannot be used now: " + e.getMessage()).exception();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal.Stopping().exception();
        }
    }

    /** Returns why an input cannot be used now; empty if it can. */
    public Optional<Refusal> inputProblem(InputSpec input) {
        try {
            inputs.check(input);
            return Optional.empty();
        } catch (RefusedException e) {
            return Optional.of(e.refusal());
        }
    }

    /** Returns the kinds of processors, in the order in which they are shown. */
    public List<ProcessorDescription> processorKinds() {
        return processors.kinds();
    }

    /** Returns the names that the operator provides for options of processors, by the kind of thing that they name. */
    public Map<String, List<String>> provided() {
        return processors.provided();
    }

    /** Returns why a processor cannot be used on this service; empty if it can. */
    public List<Refusal.BadProcessor> processorProblems(ProcessorSpec processor, Format format) {
        return new OfferedProcessors(processors).problems(processor, format);
    }

    /** Whether an input must be decoded into a file of the job, which may take long. */
    public boolean isDecoded(InputSpec input) {
        return inputs.isDecoded(input);
    }
}
