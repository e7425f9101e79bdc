package org.checkpointrecovery.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.Leftovers;
import org.checkpointrecovery.ServiceGraph;
import org.checkpointrecovery.access.Credentials;
import org.checkpointrecovery.cli.ServiceConfig;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.rehearsal.Crashes;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.DataLayout;
import org.checkpointrecovery.storage.DataMode;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;

/** A service over a disk, with the engine that it has in production, and what tests ask of it. */
public final class TestService implements AutoCloseable, Leftovers.Part {
    public static final Path DATA = Path.of("/data");
    static final long MAX_DECODED_BYTES = 8L << 20;

    private final ServiceGraph graph;

    /** How a service is set up. */
    public record Options(
            Path data,
            Path inputs,
            int workers,
            int maxQueued,
            int maxItemBytes,
            boolean autoResume,
            Clock clock,
            Processors processors,
            Retention retention) {
        public static Options of(Path data) {
            return new Options(
                    data,
                    data,
                    2,
                    1000,
                    1 << 20,
                    true,
                    Clock.systemUTC(),
                    AllKinds.ofCommandLine(),
                    Retention.UNLIMITED);
        }

        private ServiceConfig config() {
            return new ServiceConfig(
                    new ServiceConfig.Listener(
                            "127.0.0.1",
                            0,
                            Credentials.NONE,
                            new ServiceConfig.ClientLimits(0, Duration.ofSeconds(30), 0)),
                    ServiceConfig.Proxies.NONE,
                    new ServiceConfig.Storage(
                            data, DataMode.OWNER_ONLY, inputs, MAX_DECODED_BYTES, maxItemBytes, retention),
                    new ServiceConfig.Jobs(workers, maxQueued, autoResume),
                    new ServiceConfig.Processors(Secrets.NONE, null, AddressRules.any(), Commands.NONE, Plugins.NONE),
                    new ServiceConfig.Rehearsals(true, false),
                    null);
        }

        public Options inputs(Path directory) {
            return new Options(
                    data, directory, workers, maxQueued, maxItemBytes, autoResume, clock, processors, retention);
        }

        public Options workers(int count) {
            return new Options(data, inputs, count, maxQueued, maxItemBytes, autoResume, clock, processors, retention);
        }

        public Options maxQueued(int most) {
            return new Options(data, inputs, workers, most, maxItemBytes, autoResume, clock, processors, retention);
        }

        public Options maxItemBytes(int most) {
            return new Options(data, inputs, workers, maxQueued, most, autoResume, clock, processors, retention);
        }

        public Options noAutoResume() {
            return new Options(data, inputs, workers, maxQueued, maxItemBytes, false, clock, processors, retention);
        }

        public Options processors(Processors others) {
            return new Options(data, inputs, workers, maxQueued, maxItemBytes, autoResume, clock, others, retention);
        }

        public Options retention(Retention other) {
            return new Options(data, inputs, workers, maxQueued, maxItemBytes, autoResume, clock, processors, other);
        }

        public Options clock(Clock other) {
            return new Options(
                    data, inputs, workers, maxQueued, maxItemBytes, autoResume, other, processors, retention);
        }
    }

    TestService(Disk disk, Options options) {
        this(disk, options, local(disk, options));
    }

    TestService(Disk disk, Options options, RehearsingEngine engine) {
        this(disk, options, Map.of(EngineKind.LOCAL, engine), Callbacks.NONE);
    }

    /** A service with a cluster, on which each job of a test runs whose spec says so. */
    public static TestService onCluster(Disk disk, Options options, RehearsingEngine cluster) {
        return new TestService(
                disk,
                options,
                Map.of(EngineKind.LOCAL, local(disk, options), EngineKind.FLINK, cluster),
                Callbacks.NONE);
    }

    /** A service that calls back. */
    TestService(Disk disk, Options options, Callbacks callbacks) {
        this(disk, options, Map.of(EngineKind.LOCAL, local(disk, options)), callbacks);
    }

    private static RehearsingEngine local(Disk disk, Options options) {
        return ServiceGraph.local(options.config(), surroundings(disk, options, TestService::noHalt));
    }

    static RehearsingEngine local(Disk disk, Options options, int workers, Runnable halt) {
        return ServiceGraph.local(options.workers(workers).config(), surroundings(disk, options, halt));
    }

    private TestService(Disk disk, Options options, Map<EngineKind, RehearsingEngine> engines, Callbacks callbacks) {
        Leftovers.started(this);
        graph = new ServiceGraph(
                options.config(),
                new DataLayout(options.data()),
                surroundings(disk, options, TestService::noHalt),
                new ServiceGraph.Parts(engines, options.processors(), callbacks, new CallClient(AddressRules.any())));
    }

    private static void noHalt() {
        throw new AssertionError("nobody may halt the process");
    }

    private static ServiceGraph.Surroundings surroundings(Disk disk, Options options, Runnable halt) {
        return new ServiceGraph.Surroundings(
                disk, options.clock(), new Random(), halt, halt, ServiceGraph.Patience.DEFAULT);
    }

    /** A service that is open. */
    public static TestService start(Disk disk, Options options) throws IOException {
        TestService started = new TestService(disk, options);
        try {
            started.graph.open();
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** The jobs in a state, newest first. */
    static List<JobView> inState(JobRegistry jobs, Status status) throws IOException {
        JobQuery.Filter all = JobQuery.Filter.ALL;
        JobQuery.Filter inState = new JobQuery.Filter(Set.of(status), all.labels(), null, null, all.created(), null);
        return jobs.list(new JobQuery(inState, JobQuery.Order.NEWEST_FIRST, null), 1000)
                .jobs();
    }

    public JobService service() {
        return graph.service();
    }

    public JobVerbs.Done crash(JobId id, CrashOrder order) throws Exception {
        return graph.crashes().crash(id, order, done -> {});
    }

    public JobVerbs.Done crash(JobId id, CrashOrder order, Crashes.BeforeCrash before) throws Exception {
        return graph.crashes().crash(id, order, before);
    }

    public JobFiles files(JobId id) {
        return graph.jobs().files(id);
    }

    public JobId submit(TestSpec spec, String... items) throws Exception {
        return service()
                .intake()
                .submit(new NewJob(spec.build(), List.of(items), null))
                .view()
                .job()
                .id();
    }

    /** The committed results, as a client reads them. */
    public String results(JobId id) throws Exception {
        return text(service().outputs().results(id));
    }

    /** The committed errors, as a client reads them. */
    public String errors(JobId id) throws Exception {
        return text(service().outputs().errors(id));
    }

    private static String text(Outputs.Committed committed) throws IOException {
        SeekableByteChannel channel = committed.channel();
        if (channel == null) {
            return "";
        }
        try (InputStream bytes = Channels.newInputStream(channel)) {
            return new String(bytes.readNBytes((int) committed.bytes()), StandardCharsets.UTF_8);
        }
    }

    public String upload(String content) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return service()
                .uploads()
                .receive(null, new ByteArrayInputStream(bytes), Long.MAX_VALUE)
                .id();
    }

    public Job job(JobId id) throws RefusedException, IOException {
        return service().jobs().view(id).job();
    }

    public Status status(JobId id) throws RefusedException, IOException {
        return job(id).status();
    }

    public long nextItem(JobId id) throws RefusedException, IOException {
        return service().jobs().view(id).committed().nextItem();
    }

    /** Waits until the job is in that state, and fails when it comes to rest in another one. */
    public Job await(JobId id, Status wanted) throws Exception {
        Await.until("job is " + wanted, () -> {
            Job job = job(id);
            boolean restsElsewhere = switch (job.status()) {
                case COMPLETED, CANCELLED, FAILED, CRASHED, PAUSED -> job.status() != wanted;
                case CREATED, QUEUED, RUNNING, PAUSING, CANCELLING -> false;
            };
            if (restsElsewhere) {
                throw new AssertionError("job is " + job.state() + " and not " + wanted);
            }
            return job.status() == wanted;
        });
        return job(id);
    }

    /** Ends all runs in order; on return no thread of theirs works any more. */
    @Override
    public void close() {
        graph.close();
        Leftovers.closed(this);
    }
}
