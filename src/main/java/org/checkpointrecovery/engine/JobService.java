package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.checkpointrecovery.coding.UndecodableException;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.job.Verb.Answer;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.sink.ResultsFormat;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskHealth;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.IncomingFile;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputCheck;
import org.checkpointrecovery.storage.InputDecoder;
import org.checkpointrecovery.storage.InputIdentities;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.InputReplacedException;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations of the service. Accepts jobs, changes their states (each on disk before it is visible), has the
 * engines run them, and recovers them after a crash. Thread-safe. The changes of a method survive a power cut once it
 * returns; after an {@link IOException} nothing has changed.
 */
public final class JobService {
    private static final Logger log = LoggerFactory.getLogger(JobService.class);
    private static final Duration SAMPLE_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_GRACE = Duration.ofSeconds(8);
    /** For inputs that are not files of the job. */
    private static final JobFiles NO_FILES = new JobFiles(Path.of(""));

    private final JobStore jobs;
    private final FileStore uploads;
    private final Engines engines;
    private final Processors processors;
    private final Disk disk;
    private final Clock clock;
    private final IdGenerator ids;
    private final Settings settings;
    private final Inputs inputs;
    private final OwnInput ownInput;
    private final InputDecoder decoder;
    private final Outputs outputs;
    private final QueueSlots slots;
    private final Callbacks callbacks;
    private final DelayedStarts delayedStarts = new DelayedStarts();
    private final JobWatchers watchers = new JobWatchers();
    private final IdempotencyKeys keys = new IdempotencyKeys();
    private final ConcurrentNavigableMap<JobId, JobEntry> entries = new ConcurrentSkipListMap<>();
    /** Submissions hold the read lock while they use an upload; deleting one needs the write lock. */
    private final ReadWriteLock uploadsInUse = new ReentrantReadWriteLock();

    private volatile Phase phase = Phase.STARTING;

    private enum Phase {
        STARTING,
        OPEN,
        STOPPING
    }

    /**
     * The settings of the service.
     *
     * @param dataDirectory the directory of the service's data; no input is read from it
     * @param inputDirectory the directory that {@code path} inputs are relative to
     * @param maxQueued maximum number of queued jobs
     * @param maxItemBytes maximum size of an item; longer items fail
     * @param maxDecodedBytes maximum decoded size of an input
     * @param autoResume whether jobs continue automatically after a crash of the service
     */
    public record Settings(
            Path dataDirectory,
            Path inputDirectory,
            int maxQueued,
            int maxItemBytes,
            long maxDecodedBytes,
            boolean autoResume) {}

    /** The stores of the service. */
    public record Stores(Disk disk, JobStore jobs, FileStore uploads) {}

    public JobService(
            Stores stores,
            Engines engines,
            Processors processors,
            Callbacks callbacks,
            Clock clock,
            IdGenerator ids,
            Settings settings) {
        this.callbacks = callbacks;
        this.jobs = stores.jobs();
        this.uploads = stores.uploads();
        this.disk = stores.disk();
        this.engines = engines;
        this.processors = processors;
        this.clock = clock;
        this.ids = ids;
        this.settings = settings;
        this.inputs = new Inputs(uploads, settings.inputDirectory(), settings.dataDirectory());
        this.ownInput = new OwnInput(disk, settings.maxItemBytes());
        this.decoder = new InputDecoder(disk, settings.maxDecodedBytes(), this::isStopping);
        this.outputs = new Outputs(disk, jobs);
        this.slots = new QueueSlots(settings.maxQueued());
    }

    /** Reads the data on disk and continues the interrupted jobs. Call once, before everything else. */
    public void open() throws IOException {
        jobs.open();
        uploads.open();
        uploads.list().forEach(file -> ids.startAfter(file.id()));
        Recoverer recoverer = new Recoverer(jobs, clock, watchers, settings.autoResume());
        List<JobEntry> queued = new ArrayList<>();
        for (Job job : jobs.loadAll(clock.instant())) {
            ids.startAfter(job.id().value());
            JobEntry entry = recoverer.recover(job);
            entries.put(job.id(), entry);
            outputs.check(entry);
            watchers.changed(null, entry.view());
            if (job.idempotencyKey() != null) {
                keys.put(job.idempotencyKey(), job.id());
            }
            if (entry.status() == Status.QUEUED) {
                queued.add(entry);
            }
        }
        queued.sort(Recoverer.QUEUE_ORDER);
        for (JobEntry entry : queued) {
            slots.claimUnbounded();
            enqueue(entry);
        }
        entries.values().forEach(entry -> entry.callBack(callbacks));
        phase = Phase.OPEN;
        log.info("Found {} jobs, {} of them continue", entries.size(), queued.size());
    }

    /** Adds a watcher of all jobs. Add it before {@link #open} to watch the jobs found there too. */
    public void watch(JobWatcher watcher) {
        watchers.add(watcher);
    }

    /**
     * A submitted job.
     *
     * @param replayed whether an earlier request with the same key created it
     */
    public record Submitted(JobView view, boolean replayed) {}

    public Submitted submit(NewJob request) throws RefusedException, IOException {
        IdempotencyKey key = request.key();
        return once(key, () -> create(null, request.spec(), key, files -> ownInput.writeItems(files, request.items())));
    }

    /** Creates a job. */
    private interface Making {
        JobView make() throws RefusedException, IOException;
    }

    /** Creates a job, or finds the one that the same request created earlier. */
    private Submitted once(@Nullable IdempotencyKey key, Making making) throws RefusedException, IOException {
        JobId before = key == null ? null : keys.claim(key);
        if (before != null) {
            return new Submitted(view(before), true);
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
        refuseWhenStopping();
        JobId id = new JobId(ids.next());
        inputs.check(request.spec().input());
        try (JobStore.Draft draft = jobs.begin(id)) { // never published, so it leaves nothing behind
            JobSpec spec = prepare(request.spec(), draft.files(), files -> ownInput.writeItems(files, request.items()));
            Input input = inputs.of(spec.input(), draft.files());
            InputIdentity identity = identity(input);
            InputItems items = items(input, spec.format(), identity);
            refuseOtherFields(spec, items);
            Job job = Job.submitted(id, null, spec.withFormat(items.format()), identity, null, null, clock.instant());
            return new Validated(
                    new JobView(job, Position.START, null),
                    sample == 0 ? List.of() : new Sampler(processors, SAMPLE_LIMIT).sample(id, spec, items, sample));
        } catch (OpenQuoteException e) {
            throw RefusedException.invalid("/input", "cannot be read: " + e.explanation());
        } catch (Processors.UnavailableException e) {
            throw RefusedException.invalid("/processor", "cannot be used now: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RefusedException.stopping();
        }
    }

    /** Returns why an input cannot be used now; empty if it can. */
    public Optional<RefusedException> inputProblem(InputSpec input) {
        try {
            inputs.check(input);
            return Optional.empty();
        } catch (RefusedException e) {
            return Optional.of(e);
        }
    }

    /** Returns why a callback URL cannot be used on this service; empty if it can. */
    public Optional<String> callbackProblem(String url) {
        return callbacks.problem(url);
    }

    /** Returns why a processor cannot be used on this service; empty if it can. */
    public List<RefusedException> processorProblems(ProcessorSpec processor, Format format) {
        return processors.problems(processor, format).stream()
                .map(problem -> RefusedException.invalid("/processor" + problem.field(), problem.message()))
                .toList();
    }

    /** Writes the input that a job stores itself. */
    private interface OwnInputWriter {
        void write(JobFiles files) throws IOException;
    }

    private JobView create(@Nullable JobId parent, JobSpec spec, @Nullable IdempotencyKey key, OwnInputWriter writer)
            throws RefusedException, IOException {
        refuseWhenStopping();
        inputs.check(spec.input());
        if (!spec.start()) {
            return publish(parent, spec, key, writer).view();
        }
        slots.claim();
        JobEntry entry;
        try {
            entry = publish(parent, spec, key, writer);
        } catch (RefusedException | IOException | RuntimeException e) {
            slots.release();
            throw e;
        }
        JobView view = entry.view();
        synchronized (entry) {
            enqueue(entry);
        }
        return view;
    }

    private JobEntry publish(@Nullable JobId parent, JobSpec asked, @Nullable IdempotencyKey key, OwnInputWriter writer)
            throws RefusedException, IOException {
        JobId id = new JobId(ids.next());
        try (JobStore.Draft draft = jobs.begin(id)) {
            JobSpec spec = prepare(asked, draft.files(), writer);
            uploadsInUse.readLock().lock(); // not earlier: decoding an input may take minutes
            try {
                inputs.check(spec.input());
                Input input = inputs.of(spec.input(), draft.files());
                InputIdentity identity = identity(input);
                InputItems items = items(input, spec.format(), identity);
                refuseOtherFields(spec, items);
                Job job = Job.submitted(
                        id, parent, spec.withFormat(items.format()), identity, null, key, clock.instant());
                draft.publish(job);
                JobEntry entry = new JobEntry(jobs, watchers, job, Position.START, null);
                entry.callBack(callbacks);
                entries.put(id, entry);
                watchers.changed(null, entry.view());
                log.info("Job {}: submitted, {}", id, job.status());
                return entry;
            } finally {
                uploadsInUse.readLock().unlock();
            }
        }
    }

    /** Whether an input must be decoded into a file of the job, which may take long. */
    public boolean isDecoded(InputSpec input) {
        try {
            inputs.check(input);
            return !findDecoding(input).isNone();
        } catch (RefusedException | IOException e) {
            return false; // the submission reports it
        }
    }

    private Decoding findDecoding(InputSpec spec) throws IOException {
        boolean own = spec instanceof InputSpec.Inline || spec instanceof InputSpec.FailedItemsOf;
        String name =
                spec instanceof InputSpec.InputPath path ? path.path() : ""; // an upload is decoded by its content only
        return own
                ? Decoding.NONE
                : decoder.find(
                        inputs.source(spec, NO_FILES), name, spec.decoding().encoding());
    }

    /** Writes and forces the input that a job stores itself. Returns the spec with the decoding that was found. */
    private JobSpec prepare(JobSpec spec, JobFiles files, OwnInputWriter writer) throws RefusedException, IOException {
        InputSpec input = spec.input();
        if (input instanceof InputSpec.Inline || input instanceof InputSpec.FailedItemsOf) {
            writer.write(files);
            return spec;
        }
        String field = input instanceof InputSpec.InputPath ? "/input/path" : "/input/fileId";
        try {
            Decoding decoding = findDecoding(input);
            if (!decoding.isNone() && !decoder.decode(inputs.source(input, files), decoding, files.ownInput())) {
                throw RefusedException.stopping();
            }
            return spec.over(input.decodedBy(decoding));
        } catch (UndecodableException e) {
            throw RefusedException.invalid(field, "cannot be used: " + e.getMessage());
        } catch (FileStore.TooLargeException e) {
            throw RefusedException.invalid(
                    field,
                    "decodes to more than " + e.maxBytes() + " bytes (--max-upload); split it, or decode it before "
                            + "the upload");
        } catch (NoSuchFileException e) {
            throw RefusedException.invalid(
                    "/input", "was deleted during the submission; restore it and submit the job again");
        } catch (InputReplacedException e) {
            throw RefusedException.invalid("/input", "cannot be read: " + e.getMessage());
        }
    }

    private InputIdentity identity(Input input) throws RefusedException, IOException {
        try {
            return InputIdentities.of(disk, input);
        } catch (NoSuchFileException e) {
            throw RefusedException.invalid(
                    "/input", "was deleted during the submission; restore it and submit the job again");
        } catch (InputReplacedException e) {
            throw RefusedException.invalid("/input", "cannot be read: " + e.getMessage());
        }
    }

    /** Refuses a processor that uses fields that the input does not have. */
    private void refuseOtherFields(JobSpec spec, InputItems items) throws RefusedException {
        CsvHeader header = items.header();
        List<Processors.Problem> problems =
                header == null ? List.of() : processors.problems(spec.processor(), header.names());
        if (!problems.isEmpty()) {
            Processors.Problem first = problems.get(0);
            throw RefusedException.invalid("/processor" + first.field(), first.message());
        }
    }

    /** Returns the items of an input. Refuses a CSV input whose start does not match the format. */
    private InputItems items(Input input, Format format, InputIdentity identity) throws RefusedException, IOException {
        try {
            return input.items(disk, format, identity.bytes(), settings.maxItemBytes());
        } catch (CsvHeader.BadHeaderException e) {
            throw RefusedException.invalid("/input", "cannot be read as CSV: " + e.getMessage());
        } catch (NoSuchFileException e) {
            throw RefusedException.invalid(
                    "/input", "was deleted during the submission; restore it and submit the job again");
        } catch (InputReplacedException e) {
            throw RefusedException.invalid("/input", "cannot be read: " + e.getMessage());
        } catch (InputTruncatedException e) {
            throw RefusedException.invalid(
                    "/input", "was truncated during the submission; submit the job again when it no longer changes");
        }
    }

    /** Queues the run of a QUEUED job. The caller holds the entry, or nobody else has it yet. */
    private void enqueue(JobEntry entry) {
        Job job = entry.job();
        JobFiles files = jobs.files(job.id());
        JobRun run = new JobRun(entry, jobs, clock, slots::release, () -> startLater(entry));
        entry.setRun(run);
        engines.of(job)
                .submit(
                        new RunOrder(
                                job,
                                job.runs().size() + 1,
                                inputs.of(job.validSpec().input(), files),
                                files.results(),
                                files.errors(),
                                ResultsFormat.JSON_LINES,
                                jobs.checkpoints(job.id()),
                                files),
                        run);
    }

    /** Queues the run of a QUEUED job again after a delay. The caller holds the entry. */
    private void startLater(JobEntry entry) {
        Duration wait = DelayedStarts.wait(entry.countWait());
        log.warn(
                "Job {}: out of file descriptors; retrying in {} ms",
                entry.job().id(),
                wait.toMillis());
        delayedStarts.after(wait, () -> {
            synchronized (entry) {
                if (!isStopping() && !entry.isDeleted() && entry.status() == Status.QUEUED && !entry.hasRun()) {
                    slots.claimUnbounded();
                    enqueue(entry);
                }
            }
        });
    }

    public JobView view(JobId id) throws RefusedException {
        return entry(id).view();
    }

    private JobEntry entry(JobId id) throws RefusedException {
        JobEntry entry = entries.get(id);
        if (entry == null) {
            throw RefusedException.noSuchJob(id);
        }
        return entry;
    }

    /**
     * Lists jobs, newest first.
     *
     * @param status null for all
     * @param before only jobs older than this one; null for all
     */
    public List<JobView> list(@Nullable Status status, @Nullable JobId before, int max) {
        List<JobView> page = new ArrayList<>();
        ConcurrentNavigableMap<JobId, JobEntry> older = before == null ? entries : entries.headMap(before, false);
        for (JobEntry entry : older.descendingMap().values()) {
            if (page.size() == max) {
                break;
            }
            if (status == null || entry.status() == status) {
                page.add(entry.view());
            }
        }
        return page;
    }

    /** The result of a verb. */
    public record Done(JobView view, boolean changed) {}

    public Done start(JobId id) throws RefusedException, IOException {
        return queue(id, Verb.START);
    }

    public Done resume(JobId id) throws RefusedException, IOException {
        return queue(id, Verb.RESUME);
    }

    private Done queue(JobId id, Verb verb) throws RefusedException, IOException {
        JobEntry entry = entry(id);
        synchronized (entry) {
            if (isDoneAlready(verb, entry)) {
                return new Done(entry.view(), false);
            }
            slots.claim();
            try {
                entry.change(entry.job().become(new JobState.Queued(), clock.instant()));
            } catch (IOException | RuntimeException e) {
                slots.release();
                throw e;
            }
            JobView view = entry.view();
            enqueue(entry);
            return new Done(view, true);
        }
    }

    public Done pause(JobId id) throws RefusedException, IOException {
        return end(id, Verb.PAUSE, new JobState.Paused(null), new JobState.Pausing());
    }

    public Done cancel(JobId id) throws RefusedException, IOException {
        return end(id, Verb.CANCEL, new JobState.Cancelled(), new JobState.Cancelling());
    }

    private Done end(JobId id, Verb verb, JobState idle, JobState active) throws RefusedException, IOException {
        JobEntry entry = entry(id);
        synchronized (entry) {
            if (isDoneAlready(verb, entry)) {
                return new Done(entry.view(), false);
            }
            Status before = entry.status();
            entry.change(entry.job().become(before.isActive() ? active : idle, clock.instant()));
            if (before == Status.QUEUED) {
                entry.leaveQueue();
                engines.of(entry.job()).withdraw(id);
            } else if (verb == Verb.PAUSE) {
                engines.of(entry.job()).pause(id);
            } else if (before.isActive()) {
                engines.of(entry.job()).cancel(id);
            }
            jobs.endInCluster(entry.job());
            return new Done(entry.view(), true);
        }
    }

    /**
     * Simulates a crash of a job or of the whole service.
     *
     * @param beforeCrash run once the crash is allowed, and before it happens
     */
    public Done crash(JobId id, CrashOrder order, BeforeCrash beforeCrash) throws RefusedException, IOException {
        JobEntry entry = entry(id);
        JobView view;
        synchronized (entry) {
            view = entry.view();
            if (isDoneAlready(Verb.CRASH, entry)) {
                return new Done(view, false);
            }
        }
        Done done = new Done(view, true);
        if (order.mode() == CrashMode.PROCESS) {
            beforeCrash.answer(done);
        }
        engines.of(entry.job()).crash(id, order);
        return done;
    }

    /** Answers the client before the service stops. */
    public interface BeforeCrash {
        void answer(Done done) throws IOException, RefusedException;
    }

    /**
     * Creates a job over the failed items of another.
     *
     * @param key of the request, or null
     */
    public Submitted retryFailed(JobId id, @Nullable IdempotencyKey key) throws RefusedException, IOException {
        return once(key, () -> retry(id, key));
    }

    private JobView retry(JobId id, @Nullable IdempotencyKey key) throws RefusedException, IOException {
        JobEntry entry = entry(id);
        Job parent = entry.job();
        Position committed = entry.committed();
        if (parent.answer(Verb.RETRY_FAILED, committed.failed()) != Answer.YES) {
            String why = committed.failed() == 0 ? ": it has no failed items" : "";
            throw RefusedException.notAllowed(Verb.RETRY_FAILED, entry.view(), why);
        }
        JobFiles files = jobs.files(id);
        Input input = inputs.of(parent.validSpec().input(), files);
        outputs.checkErrors(entry);
        try {
            InputCheck.Known known = new InputCheck.Known(
                    requireNonNull(parent.identity()), null, committed.inputBytes(), committed.inputCrc32c());
            if (!(new InputCheck(disk, input, () -> false).compare(known) instanceof InputCheck.Found.Same)) {
                throw RefusedException.notAllowed(
                        Verb.RETRY_FAILED, entry.view(), ": its input has changed since it was submitted");
            }
        } catch (NoSuchFileException e) {
            throw RefusedException.notAllowed(Verb.RETRY_FAILED, entry.view(), ": its input no longer exists");
        } catch (InputReplacedException e) {
            throw RefusedException.notAllowed(
                    Verb.RETRY_FAILED, entry.view(), ": its input cannot be read: " + e.getMessage());
        }
        try {
            return create(
                    id,
                    parent.validSpec().retryOf(id, parent.firstId()),
                    key,
                    child -> ownInput.copyFailed(child, parent, input, files.errors(), committed.errorsBytes()));
        } catch (OpenQuoteException e) { // an older version took the rest of the input as one item
            throw RefusedException.notAllowed(Verb.RETRY_FAILED, entry.view(), ": " + e.getMessage());
        } catch (NoSuchFileException e) {
            synchronized (entry) { // deleting the job needs it too
                if (entry.isDeleted()) {
                    throw RefusedException.noSuchJob(id);
                }
            }
            throw e;
        }
    }

    public void delete(JobId id) throws RefusedException, IOException {
        JobEntry entry = entry(id);
        synchronized (entry) {
            if (entry.isDeleted()) {
                throw RefusedException.noSuchJob(id);
            }
            isDoneAlready(Verb.DELETE, entry);
            try {
                jobs.delete(id);
            } catch (NoSuchFileException e) {
                log.warn("Job {}: its directory was already deleted by another program", id);
            }
            entry.markDeleted();
            entries.remove(id, entry);
            if (entry.job().idempotencyKey() != null) {
                keys.release(requireNonNull(entry.job().idempotencyKey()));
            }
        }
        log.info("Job {}: deleted", id);
    }

    /** Whether a verb has nothing to do. Throws if the job does not allow it. The caller holds the entry. */
    private boolean isDoneAlready(Verb verb, JobEntry entry) throws RefusedException {
        refuseWhenStopping();
        if (entry.isDeleted()) {
            throw RefusedException.noSuchJob(entry.job().id());
        }
        Answer answer = entry.job().answer(verb, entry.committed().failed());
        if (answer == Answer.NOT_ALLOWED) {
            throw RefusedException.notAllowed(verb, entry.view(), "");
        }
        return answer == Answer.DONE_ALREADY;
    }

    public CheckpointStore.Found checkpoint(JobId id) throws RefusedException, IOException {
        entry(id);
        return jobs.checkpoints(id).read();
    }

    /** Returns the inline items of a job, as they were sent, or why they cannot be shown. */
    public InlineItems inlineItems(Job job) {
        InlineItems items = ownInput.readItems(jobs.files(job.id()), job);
        return items.items() == null && !entries.containsKey(job.id())
                ? InlineItems.unavailable("the job was deleted")
                : items;
    }

    /**
     * The committed bytes of a file. Must be closed.
     *
     * @param bytes the number of committed bytes; ignore any more in the file
     * @param settled whether they can never change again
     */
    public record Committed(JobView view, @Nullable SeekableByteChannel channel, long bytes, boolean settled)
            implements Closeable {
        @Override
        public void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
        }
    }

    public Committed results(JobId id) throws RefusedException, IOException {
        return outputs.results(entry(id));
    }

    /** Returns the committed results one by one. Must be closed. */
    public MergedResults resultLines(JobId id) throws RefusedException, IOException {
        return outputs.merged(List.of(entry(id)));
    }

    /**
     * Returns the committed results of a job's family: the first job and all retries of its failed items. Must be closed.
     */
    public MergedResults mergedResults(JobId id) throws RefusedException, IOException {
        JobEntry root = entry(id);
        for (JobId parent = root.job().parentId();
                parent != null;
                parent = root.job().parentId()) {
            root = entries.get(parent);
            if (root == null) {
                throw RefusedException.conflict("Job " + parent + ", an ancestor of job " + id
                        + ", was deleted with its results, so they cannot be merged. Omit merged=true to get the results of "
                        + "job " + id + " alone.");
            }
        }
        return outputs.merged(family(root).values());
    }

    /** Returns a job and its descendants. A child is newer than its parent. */
    private Map<JobId, JobEntry> family(JobEntry root) {
        Map<JobId, JobEntry> family = new TreeMap<>();
        family.put(root.job().id(), root);
        for (JobEntry entry : entries.tailMap(root.job().id(), false).values()) {
            JobId parent = entry.job().parentId();
            if (parent != null && family.containsKey(parent)) {
                family.put(entry.job().id(), entry);
            }
        }
        return family;
    }

    public Committed errors(JobId id) throws RefusedException, IOException {
        return outputs.errors(entry(id));
    }

    public UploadedFile receiveFile(@Nullable String name, InputStream body, long maxBytes)
            throws RefusedException, IOException {
        refuseWhenStopping();
        return uploads.receive(ids.next(), name, body, maxBytes, clock.instant());
    }

    /** Starts an upload that arrives in pieces. */
    public IncomingFile beginFile(@Nullable String name, long maxBytes) throws RefusedException, IOException {
        refuseWhenStopping();
        return uploads.begin(ids.next(), name, maxBytes, clock.instant());
    }

    public UploadedFile file(String id) throws RefusedException {
        return uploads.find(id).orElseThrow(() -> RefusedException.noSuchFile(id));
    }

    /** Lists the uploads, newest first. */
    public List<UploadedFile> files() {
        return uploads.list();
    }

    public void deleteFile(String id) throws RefusedException, IOException {
        refuseWhenStopping();
        uploadsInUse.writeLock().lock();
        try {
            file(id);
            Optional<JobEntry> user = entries.values().stream()
                    .filter(entry -> !entry.status().isFinal())
                    .filter(entry -> entry.job().spec() != null
                            && entry.job().spec().input() instanceof InputSpec.Upload upload
                            && upload.fileId().equals(id))
                    .findFirst();
            if (user.isPresent()) {
                throw RefusedException.conflict("File " + id + " is in use by job "
                        + user.get().job().id() + ", which is " + user.get().status()
                        + ". Nothing was changed. Delete the file once the job is COMPLETED or CANCELLED.");
            }
            uploads.delete(id);
        } finally {
            uploadsInUse.writeLock().unlock();
        }
    }

    /**
     * Returns why an engine cannot be used on this service, as the rest of a sentence about it; empty if it can.
     */
    public Optional<String> engineProblem(EngineKind kind) {
        return engines.problem(kind);
    }

    /** Returns why a client may not kill a process that works on a job; empty if it may. */
    public Optional<String> processCrashProblem(JobId id) throws RefusedException {
        JobSpec spec = entry(id).job().spec();
        return engines.processCrashProblem(spec == null ? EngineKind.LOCAL : spec.engine());
    }

    /** Returns the number of jobs in a state. */
    public long count(Status status) {
        return entries.values().stream()
                .filter(entry -> entry.status() == status)
                .count();
    }

    /** Returns why the service is not ready for new work; empty if it is ready. */
    public Optional<String> unreadiness() {
        return switch (phase) {
            case STARTING -> Optional.of("The service is starting and still reads its data. Retry shortly.");
            case STOPPING -> Optional.of("The service is stopping. Retry when it is back.");
            case OPEN -> DiskHealth.problem(disk, settings.dataDirectory());
        };
    }

    /** Whether the service is still reading its data. */
    public boolean isStarting() {
        return phase == Phase.STARTING;
    }

    public boolean isStopping() {
        return phase == Phase.STOPPING;
    }

    private void refuseWhenStopping() throws RefusedException {
        if (isStopping()) {
            throw RefusedException.stopping();
        }
    }

    /** Ends all runs at the end of their batch. The next start continues them. */
    public void shutDown() {
        phase = Phase.STOPPING;
        delayedStarts.close();
        engines.shutDown(STOP_GRACE);
        callbacks.close();
    }
}
