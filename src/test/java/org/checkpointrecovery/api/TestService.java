package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.checkpointrecovery.Leftovers;
import org.checkpointrecovery.Main;
import org.checkpointrecovery.callback.Poster;
import org.checkpointrecovery.callback.SignedCallbacks;
import org.checkpointrecovery.engine.Callbacks;
import org.checkpointrecovery.engine.Engines;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.engine.flink.FlinkEngine;
import org.checkpointrecovery.engine.flink.FlinkSettings;
import org.checkpointrecovery.engine.local.LocalEngine;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.ProvidedProcessors;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.rehearsal.Crashes;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.DataDirectory;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.KeyFile;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.Spools;
import org.jspecify.annotations.Nullable;

/**
 * The real service in this process, on a free port, with its data and its inputs below a directory of the test's. It is set
 * up, started, and can be stopped and started again over the same data.
 */
final class TestService implements AutoCloseable, Leftovers.Part {
    private final Path data;
    private final Path inputs;
    private final AtomicInteger halts = new AtomicInteger();

    private Disk disk = new LocalDisk();
    private Contract contract = ServiceClient.CONTRACT;
    private int workers = 2;
    private int maxQueued = 1000;
    private long maxUploadBytes = 64L * 1024 * 1024;
    private int maxItemBytes = 1024 * 1024;
    private @Nullable String token;
    private Secrets secrets = Secrets.NONE;
    private AddressRules addressRules = AddressRules.any();
    private ApiServer.Patience patience = ApiServer.Patience.DEFAULT;
    private boolean autoResume = true;
    private boolean faultsAllowed = true;
    private boolean processCrashAllowed;
    private @Nullable URI cluster;
    private @Nullable Integer clusterParallelism;
    private int clusterQuestions = 150;
    private Plugins plugins = Plugins.NONE;

    private @Nullable DataDirectory lock;
    private @Nullable JobService service;
    private @Nullable ApiServer server;
    private @Nullable ServiceClient client;

    private TestService(Path directory) {
        data = directory.resolve("data");
        inputs = directory.resolve("inputs");
    }

    /** Not started yet. */
    static TestService in(Path directory) {
        TestService service = new TestService(directory);
        try {
            Files.createDirectories(service.inputs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return service;
    }

    TestService disk(Disk used) {
        disk = used;
        return this;
    }

    TestService contract(Contract used) {
        contract = used;
        return this;
    }

    TestService workers(int number) {
        workers = number;
        return this;
    }

    TestService maxQueued(int jobs) {
        maxQueued = jobs;
        return this;
    }

    TestService maxUpload(long bytes) {
        maxUploadBytes = bytes;
        return this;
    }

    TestService maxItem(int bytes) {
        maxItemBytes = bytes;
        return this;
    }

    TestService token(String needed) {
        token = needed;
        return this;
    }

    TestService patience(ApiServer.Patience with) {
        patience = with;
        return this;
    }

    TestService secrets(Map<String, String> values) {
        secrets = new Secrets(values);
        return this;
    }

    TestService addressRules(AddressRules rules) {
        addressRules = rules;
        return this;
    }

    TestService noAutoResume() {
        autoResume = false;
        return this;
    }

    TestService noFaults() {
        faultsAllowed = false;
        return this;
    }

    TestService allowProcessCrash() {
        processCrashAllowed = true;
        return this;
    }

    TestService cluster(URI url) {
        cluster = url;
        return this;
    }

    /** @param most in a row without an answer */
    TestService clusterQuestions(int most) {
        clusterQuestions = most;
        return this;
    }

    TestService clusterParallelism(int tasks) {
        clusterParallelism = tasks;
        return this;
    }

    TestService plugins(Plugins provided) {
        plugins = provided;
        return this;
    }

    TestService start() {
        startUnopened();
        return open();
    }

    /** Listens, but has not read yet what is on disk. */
    TestService startUnopened() {
        try {
            lock = DataDirectory.take(data);
            Clock clock = Clock.systemUTC();
            Processors processors =
                    new ProvidedProcessors(new HttpKind(secrets, addressRules, clock), new PluginKind(plugins));
            Map<EngineKind, RehearsingEngine> rehearsing = new EnumMap<>(EngineKind.class);
            rehearsing.put(
                    EngineKind.LOCAL,
                    RehearsingEngine.local(
                            new LocalEngine(disk, clock, workers, maxItemBytes, halts::incrementAndGet),
                            halts::incrementAndGet));
            if (cluster != null) {
                FlinkEngine flink = flink(cluster);
                rehearsing.put(EngineKind.FLINK, RehearsingEngine.remote(flink, flink));
            }
            Map<EngineKind, JobEngine> engines = new EnumMap<>(EngineKind.class);
            engines.put(EngineKind.FLINK, Main.absentCluster(new LocalDisk()));
            engines.putAll(rehearsing);
            JobService.Stores stores =
                    new JobService.Stores(disk, new JobStore(disk, lock.jobs()), new FileStore(disk, lock.files()));
            JobService.Settings settings =
                    new JobService.Settings(data, inputs, maxQueued, maxItemBytes, maxUploadBytes, autoResume);
            KeyFile key = new KeyFile(disk, lock.callbackKey());
            Callbacks callbacks = new SignedCallbacks(
                    addressRules,
                    () -> new Poster(addressRules, clock, Duration.ofMillis(1)),
                    key::readOrCreate,
                    CallbackBody::of,
                    clock);
            service = new JobService(
                    stores,
                    new Engines(engines),
                    processors,
                    callbacks,
                    clock,
                    new IdGenerator(clock, new SecureRandom()),
                    settings);
            server = new ApiServer(
                    service,
                    new Crashes(service.verbs(), rehearsing, processCrashAllowed ? Set.of(EngineKind.LOCAL) : Set.of()),
                    new Spools(disk, lock.spool()),
                    new ApiServer.Settings("127.0.0.1", 0, token, maxUploadBytes, faultsAllowed, patience),
                    halts::incrementAndGet);
            Leftovers.started(this);
            server.start();
            client = new ServiceClient("http://127.0.0.1:" + server.port(), contract);
            return this;
        } catch (IOException | ApiServer.PortTakenException e) {
            throw new AssertionError("The service did not start", e);
        }
    }

    private FlinkEngine flink(URI url) {
        FlinkSettings settings = new FlinkSettings(
                url,
                clusterParallelism,
                requireNonNull(lock).cluster(),
                addressRules.toString(),
                plugins::jar,
                new FlinkSettings.Patience(Duration.ofMillis(100), clusterQuestions, 3, Duration.ofMillis(200)));
        return new FlinkEngine(disk, Clock.systemUTC(), workers, maxItemBytes, settings);
    }

    TestService open() {
        try {
            service().open();
            return this;
        } catch (IOException e) {
            throw new AssertionError("The service did not start", e);
        }
    }

    /** In the order in which the process stops it: HTTP, jobs, files. */
    TestService stop() {
        try {
            client().close();
            server().stop();
            service().shutDown();
            requireNonNull(lock).close();
            lock = null;
            Leftovers.closed(this);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestService restart() {
        return stop().start();
    }

    ServiceClient client() {
        return requireNonNull(client, "not started");
    }

    ApiServer server() {
        return requireNonNull(server, "not started");
    }

    JobService service() {
        return requireNonNull(service, "not started");
    }

    /** How often it would have ended its process. */
    int halts() {
        return halts.get();
    }

    Path data() {
        return data;
    }

    Path inputs() {
        return inputs;
    }

    /** Writes a file that a {@code path} input can name. */
    Path input(String name, String text) {
        try {
            Path file = inputs.resolve(name);
            Files.createDirectories(requireNonNull(file.getParent()));
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FileTime modifiedAt(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void setModifiedAt(Path file, FileTime time) {
        try {
            Files.setLastModifiedTime(file, time);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path jobFile(String id, String name) {
        return data.resolve("jobs").resolve(id).resolve(name);
    }

    /** The names in a directory of its data, sorted. */
    List<String> names(String directory) {
        try (Stream<Path> paths = Files.list(data.resolve(directory))) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cancels all jobs that have not ended, because they may be slow on purpose, and waits until they are gone. */
    void cancelAll() {
        for (JobView view : service().jobs().list(null, null, Integer.MAX_VALUE)) {
            Status status = view.job().status();
            if (status.isActive() || status == Status.QUEUED) {
                cancel(view);
            }
        }
        Await.until(
                "no job is under way",
                () -> service().jobs().list(null, null, Integer.MAX_VALUE),
                jobs -> jobs.stream().noneMatch(view -> view.job().status().isActive()));
    }

    private void cancel(JobView view) {
        try {
            service().verbs().cancel(view.job().id());
        } catch (RefusedException e) {
            // it has just ended
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (disk instanceof MoodyDisk moody) {
            moody.releaseResults();
            moody.freeSpace();
        }
        if (lock != null) {
            cancelAll();
            stop();
        }
    }
}
