package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.Leftovers;
import org.checkpointrecovery.ServiceGraph;
import org.checkpointrecovery.TestCertificate;
import org.checkpointrecovery.access.Credentials;
import org.checkpointrecovery.access.Identity;
import org.checkpointrecovery.access.InvalidFilesException;
import org.checkpointrecovery.access.OptionFile;
import org.checkpointrecovery.access.Tokens;
import org.checkpointrecovery.cli.ServiceConfig;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.engine.flink.FlinkSettings;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.storage.DataDirectory;
import org.checkpointrecovery.storage.DataMode;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.StoredJobs;
import org.jspecify.annotations.Nullable;

/**
 * The real service in this process, on a free port, with its data and its inputs below a directory of the test's. It is set
 * up, started, and can be stopped and started again over the same data.
 */
final class TestServer implements AutoCloseable, Leftovers.Part {
    private final Path data;
    private final Path inputs;
    private final Path tokenFile;
    private final AtomicInteger halts = new AtomicInteger();

    private Disk disk = new LocalDisk();
    private Contract contract = ServiceClient.CONTRACT;
    private int workers = 2;
    private int maxQueued = 1000;
    private long maxUploadBytes = 64L * 1024 * 1024;
    private int maxItemBytes = 1024 * 1024;
    private ServiceConfig.Proxies proxies = ServiceConfig.Proxies.NONE;
    private @Nullable TestCertificate certificate;
    private Secrets secrets = Secrets.NONE;
    private AddressRules addressRules = AddressRules.any();
    private ServiceConfig.ClientLimits clients = new ServiceConfig.ClientLimits(240, Duration.ofSeconds(30), 0);
    private Retention retention = Retention.UNLIMITED;
    private boolean autoResume = true;
    private boolean faultsAllowed = true;
    private boolean processCrashAllowed;
    private @Nullable URI cluster;
    private Duration clusterPatience = Duration.ofSeconds(30);
    private Plugins plugins = Plugins.NONE;

    private @Nullable DataDirectory lock;
    private @Nullable ServiceGraph graph;
    private @Nullable ServiceClient client;

    private TestServer(Path directory) {
        data = directory.resolve("data");
        tokenFile = directory.resolve("tokens.txt");
        inputs = directory.resolve("inputs");
    }

    /** Not started yet. */
    static TestServer in(Path directory) {
        TestServer service = new TestServer(directory);
        try {
            Files.createDirectories(service.inputs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return service;
    }

    TestServer disk(Disk used) {
        disk = used;
        return this;
    }

    TestServer contract(Contract used) {
        contract = used;
        return this;
    }

    TestServer workers(int number) {
        workers = number;
        return this;
    }

    TestServer maxQueued(int jobs) {
        maxQueued = jobs;
        return this;
    }

    TestServer maxUpload(long bytes) {
        maxUploadBytes = bytes;
        return this;
    }

    TestServer maxItem(int bytes) {
        maxItemBytes = bytes;
        return this;
    }

    /** Requires tokens. A service that runs reads them again. */
    TestServer token(String fileContent) {
        try {
            Files.writeString(tokenFile, fileContent);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Speaks TLS with a certificate, whose files may change later. */
    TestServer tls(TestCertificate used) {
        certificate = used;
        return this;
    }

    TestServer retention(Retention periods) {
        retention = periods;
        return this;
    }

    TestServer proxies(String publicUrl, String... trusted) {
        proxies = new ServiceConfig.Proxies(URI.create(publicUrl), List.of(trusted));
        return this;
    }

    TestServer clients(ServiceConfig.ClientLimits limits) {
        clients = limits;
        return this;
    }

    TestServer secrets(Map<String, String> values) {
        secrets = new Secrets(values);
        return this;
    }

    TestServer addressRules(AddressRules rules) {
        addressRules = rules;
        return this;
    }

    TestServer noAutoResume() {
        autoResume = false;
        return this;
    }

    TestServer noFaults() {
        faultsAllowed = false;
        return this;
    }

    TestServer allowProcessCrash() {
        processCrashAllowed = true;
        return this;
    }

    TestServer cluster(URI url) {
        cluster = url;
        return this;
    }

    /** How long the cluster may not answer. */
    TestServer clusterPatience(Duration most) {
        clusterPatience = most;
        return this;
    }

    TestServer plugins(Plugins provided) {
        plugins = provided;
        return this;
    }

    TestServer start() {
        startUnopened();
        return open();
    }

    /** Listens, but has not read yet what is on disk. */
    TestServer startUnopened() {
        try {
            lock = DataDirectory.take(data);
            graph = ServiceGraph.of(
                    config(),
                    lock.layout(),
                    new ServiceGraph.Surroundings(
                            disk,
                            Clock.systemUTC(),
                            new SecureRandom(),
                            halts::incrementAndGet,
                            halts::incrementAndGet,
                            new ServiceGraph.Patience(
                                    Duration.ofMillis(1),
                                    new FlinkSettings.Patience(
                                            Duration.ofMillis(100), clusterPatience, 3, Duration.ofMillis(200)))));
            Leftovers.started(this);
            int port = graph.listen().port();
            client = certificate == null
                    ? new ServiceClient("http://127.0.0.1:" + port, contract)
                    : new ServiceClient("https://127.0.0.1:" + port, contract).trusting(certificate.trusted());
            return this;
        } catch (IOException | ApiServer.PortTakenException e) {
            throw new AssertionError("The service did not start", e);
        }
    }

    private ServiceConfig config() {
        return new ServiceConfig(
                new ServiceConfig.Listener("127.0.0.1", 0, credentials(), clients),
                proxies,
                new ServiceConfig.Storage(data, DataMode.OWNER_ONLY, inputs, maxUploadBytes, maxItemBytes, retention),
                new ServiceConfig.Jobs(workers, maxQueued, autoResume),
                new ServiceConfig.Processors(secrets, null, addressRules, Commands.NONE, plugins),
                new ServiceConfig.Rehearsals(faultsAllowed, processCrashAllowed),
                cluster == null ? null : new ServiceConfig.ClusterConfig(cluster, 256, false));
    }

    private Credentials credentials() {
        try {
            return new Credentials(
                    Files.exists(tokenFile) ? Tokens.read(new OptionFile("--token-file", tokenFile.toString())) : null,
                    certificate == null
                            ? null
                            : Identity.read(
                                    new OptionFile(
                                            "--tls-cert", certificate.chain().toString()),
                                    new OptionFile(
                                            "--tls-key", certificate.key().toString())));
        } catch (InvalidFilesException e) {
            throw new AssertionError(e);
        }
    }

    /** A connection as a client opens it: with TLS if the service speaks it. */
    Socket connect() throws IOException {
        int port = server().port();
        return certificate == null
                ? new Socket(InetAddress.getLoopbackAddress(), port)
                : certificate.trusted().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    }

    TestServer open() {
        try {
            graph().open();
            return this;
        } catch (IOException e) {
            throw new AssertionError("The service did not start", e);
        }
    }

    /** In the order in which the process stops it: HTTP, jobs, files. */
    TestServer stop() {
        try {
            client().close();
            graph().close();
            requireNonNull(lock).close();
            lock = null;
            Leftovers.closed(this);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestServer restart() {
        return stop().start();
    }

    ServiceClient client() {
        return requireNonNull(client, "not started");
    }

    ApiServer server() {
        return graph().server();
    }

    JobService service() {
        return graph().service();
    }

    private ServiceGraph graph() {
        return requireNonNull(graph, "not started");
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

    /** Waits until the record of a job is written, and returns the path of another file of the job. */
    Path writtenFile(String id, String name) {
        Await.until("its record is written", () -> Files.exists(jobFile(id, "job.json")));
        return jobFile(id, name);
    }

    /** The names in a directory of its data, sorted; with those of jobs that are only in the log yet. */
    List<String> names(String directory) {
        try (Stream<Path> paths = Files.list(data.resolve(directory))) {
            Set<String> names = new TreeSet<>();
            if (directory.equals("jobs")) {
                StoredJobs.onDisk(data).keySet().forEach(id -> names.add(id.value()));
            }
            paths.forEach(path -> names.add(path.getFileName().toString()));
            return List.copyOf(names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cancels all jobs that have not ended, because they may be slow on purpose, and waits until they are gone. */
    void cancelAll() {
        for (JobView view : service().jobs().unended()) {
            Status status = view.job().status();
            if (status.isActive() || status == Status.QUEUED) {
                cancel(view);
            }
        }
        Await.until(
                "no job is under way",
                () -> service().jobs().unended(),
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
