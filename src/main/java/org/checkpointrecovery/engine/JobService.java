package org.checkpointrecovery.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskHealth;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.InputDecoder;
import org.checkpointrecovery.storage.JobIndex;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.SettledJob;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: its parts, how it starts and how it stops. Thread-safe. The changes of any method of the parts survive a
 * power cut once it returns; after an {@link IOException} nothing has changed.
 */
public final class JobService {
    private static final Logger log = LoggerFactory.getLogger(JobService.class);
    private static final Duration STOP_GRACE = Duration.ofSeconds(8);

    private final Stores stores;
    private final Clock clock;
    private final IdGenerator ids;
    private final Settings settings;
    private final Engines engines;
    private final Callbacks callbacks;
    private final JobWatchers watchers = new JobWatchers();
    private final Phase phase = new Phase();
    private final JobRegistry registry;
    private final Recoverer recoverer;
    private final SettledIndex index;
    private final JobVerbs verbs;
    private final Intake intake;
    private final Outputs outputs;
    private final Uploads uploads;
    private final RetentionSweep sweep;

    /**
     * The settings of the service.
     *
     * @param dataDirectory the directory of the service's data; no input is read from it
     * @param inputDirectory the directory that {@code path} inputs are relative to
     * @param maxQueued maximum number of queued jobs
     * @param maxItemBytes maximum size of an item; longer items fail
     * @param maxDecodedBytes maximum decoded size of an input
     * @param autoResume whether jobs continue automatically after a crash of the service
     * @param retention how long jobs and files are kept
     */
    public record Settings(
            Path dataDirectory,
            Path inputDirectory,
            int maxQueued,
            int maxItemBytes,
            long maxDecodedBytes,
            boolean autoResume,
            Retention retention) {}

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
        this.stores = stores;
        this.engines = engines;
        this.callbacks = callbacks;
        this.clock = clock;
        this.ids = ids;
        this.settings = settings;
        JobStore jobs = stores.jobs();
        Disk disk = stores.disk();
        Inputs inputs = new Inputs(stores.uploads(), settings.inputDirectory(), settings.dataDirectory());
        OwnInput ownInput = new OwnInput(disk, settings.maxItemBytes());
        InputDecoder decoder = new InputDecoder(disk, settings.maxDecodedBytes(), phase::isStopping);
        this.registry = new JobRegistry(jobs, watchers, callbacks, this::load);
        this.recoverer = new Recoverer(jobs, engines, clock, watchers, settings.autoResume());
        this.index = new SettledIndex(registry, jobs);
        this.outputs = new Outputs(disk, jobs, registry);
        this.verbs = new JobVerbs(
                registry,
                jobs,
                engines,
                inputs,
                new QueueSlots(settings.maxQueued()),
                () -> new RunOrder.Means(disk, processors, new RunControl()),
                phase,
                clock);
        this.intake = new Intake(
                registry,
                jobs,
                verbs,
                new SubmittedInput(inputs, ownInput, decoder, outputs, jobs, disk, settings.maxItemBytes()),
                processors,
                phase,
                ids,
                clock);
        this.uploads = new Uploads(
                stores.uploads(), new FileUses(registry, settings.retention()), phase, ids, clock, intake.uploadLock());
        this.sweep = new RetentionSweep(registry, verbs, uploads, settings.retention(), clock);
    }

    /** Reads the data on disk and continues the interrupted jobs. Call once, before everything else. */
    public void open() throws IOException {
        JobStore jobs = stores.jobs();
        jobs.open();
        stores.uploads().open();
        uploads.list().forEach(file -> ids.startAfter(file.id()));
        List<JobEntry> queued = new ArrayList<>();
        int read = 0;
        try (JobIndex.Reader known = jobs.index().read()) {
            for (JobId id : jobs.list()) {
                ids.startAfter(id.value());
                SettledJob settled = known.find(id);
                if (settled != null && isUnchanged(settled)) {
                    registry.found(settled);
                } else if (jobs.isJob(id)) {
                    JobEntry entry = recoverer.recover(read(id));
                    outputs.check(entry);
                    registry.found(entry);
                    read++;
                    if (entry.status() == Status.QUEUED) {
                        queued.add(entry);
                    }
                }
            }
        }
        queued.sort(Recoverer.QUEUE_ORDER);
        queued.forEach(verbs::queueAgain);
        registry.callBack();
        jobs.settleInBackground();
        phase.open();
        log.info(
                "Found {} jobs, {} of them continue; read {} records, the others are unchanged since the index was written",
                registry.size(),
                queued.size(),
                read);
        index.open();
        sweep.open();
    }

    private boolean isUnchanged(SettledJob settled) {
        try {
            return stores.jobs().stamp(settled.id()) == settled.stamp();
        } catch (IOException e) {
            return false; // its record tells more
        }
    }

    /** Reads a record at the start. The service starts even if it cannot read one. */
    private Job read(JobId id) {
        try {
            return stores.jobs().load(id, clock.instant());
        } catch (IOException e) {
            return stores.jobs().damaged(id, e.getMessage(), clock.instant());
        }
    }

    /** Loads a settled job. */
    private JobEntry load(JobId id, Status expected) throws IOException {
        JobStore jobs = stores.jobs();
        Job job = jobs.load(id, clock.instant());
        if (job.spec() != null && job.status() != expected) {
            job = jobs.damaged(
                    id,
                    "it was replaced while the service ran and says " + job.status() + ", not " + expected,
                    clock.instant());
        }
        JobEntry entry = recoverer.load(job);
        outputs.check(entry);
        return entry;
    }

    /** Adds a watcher of all jobs. Add it before {@link #open} to watch the jobs found there too. */
    public void watch(JobWatcher watcher) {
        watchers.add(watcher);
    }

    public JobRegistry jobs() {
        return registry;
    }

    public Intake intake() {
        return intake;
    }

    public JobVerbs verbs() {
        return verbs;
    }

    public Outputs outputs() {
        return outputs;
    }

    public Uploads uploads() {
        return uploads;
    }

    /** Returns how long jobs and files are kept. */
    public Retention retention() {
        return settings.retention();
    }

    /** Returns what deletes the jobs and files that have expired. */
    public RetentionSweep sweep() {
        return sweep;
    }

    /** Returns why a callback URL cannot be used on this service; empty if it can. */
    public Optional<String> callbackProblem(String url) {
        return callbacks.problem(url);
    }

    /** Returns why the service is not ready for new work; empty if it is ready. */
    public Optional<String> unreadiness() {
        if (phase.isStarting()) {
            return Optional.of("The service is starting and still reads its data. Retry shortly.");
        }
        if (phase.isStopping()) {
            return Optional.of("The service is stopping. Retry when it is back.");
        }
        return DiskHealth.problem(stores.disk(), settings.dataDirectory());
    }

    /** Returns the free bytes of the disk of the data directory. May wait for the disk without end. */
    public long freeBytes() throws IOException {
        return DiskHealth.freeBytes(settings.dataDirectory());
    }

    /** Returns a call that asks the cluster what it has, and may block or fail; empty if there is no cluster. */
    public Optional<Callable<ClusterOverview>> cluster() {
        return engines.cluster();
    }

    /** Returns how long the job that was queued first has been waiting; zero if no job is queued. */
    public Duration longestWait() {
        if (registry.count(Status.QUEUED) == 0) {
            return Duration.ZERO;
        }
        Instant now = clock.instant();
        return registry.unended().stream()
                .filter(view -> view.job().status() == Status.QUEUED)
                .map(view -> Duration.between(view.job().stateSince(), now))
                .filter(wait -> !wait.isNegative()) // the clock may have been set back
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** Whether the service is still reading its data. */
    public boolean isStarting() {
        return phase.isStarting();
    }

    /** Ends all runs at the end of their batch. The next start continues them. */
    public void shutDown() {
        phase.stop();
        verbs.shutDown(STOP_GRACE); // first, because jobs are waited for
        sweep.close();
        callbacks.close();
        stores.jobs().close();
        index.close();
    }
}
