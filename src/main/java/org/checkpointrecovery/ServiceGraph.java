package org.checkpointrecovery;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.checkpointrecovery.api.ApiServer;
import org.checkpointrecovery.api.CallbackBody;
import org.checkpointrecovery.api.Proxies;
import org.checkpointrecovery.callback.Poster;
import org.checkpointrecovery.callback.SignedCallbacks;
import org.checkpointrecovery.callback.WebhookSecret;
import org.checkpointrecovery.cli.ServiceConfig;
import org.checkpointrecovery.engine.Callbacks;
import org.checkpointrecovery.engine.Engines;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.flink.FlinkEngine;
import org.checkpointrecovery.engine.flink.FlinkSettings;
import org.checkpointrecovery.engine.local.LocalEngine;
import org.checkpointrecovery.engine.range.AbsentEngine;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.rehearsal.Crashes;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.DataLayout;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.KeyFile;
import org.checkpointrecovery.storage.Spools;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service, wired from its parts. */
public final class ServiceGraph implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ServiceGraph.class);

    private final ServiceConfig config;
    private final DataLayout data;
    private final Surroundings surroundings;
    private final JobStore jobs;
    private final JobService service;
    private final Crashes crashes;
    private final CallClient client;
    private @Nullable ApiServer server;

    /**
     * What the service finds around it.
     *
     * @param halt ends the process at once, as a kill does
     * @param outOfMemory ends the process; called when a request runs out of memory
     */
    public record Surroundings(
            Disk disk, Clock clock, Random random, Runnable halt, Runnable outOfMemory, Patience patience) {}

    /**
     * How long the service waits for others.
     *
     * @param callbacks the longest wait after the first attempt of a callback
     */
    public record Patience(Duration callbacks, FlinkSettings.Patience cluster) {
        public static final Patience DEFAULT = new Patience(Poster.FIRST_WAIT, FlinkSettings.Patience.DEFAULT);
    }

    /**
     * The parts that tests replace.
     *
     * @param engines a kind that is missing is one that this service does not have
     * @param client of the processors and callbacks; closed with the service
     */
    public record Parts(
            Map<EngineKind, RehearsingEngine> engines, Processors processors, Callbacks callbacks, CallClient client) {}

    /** Builds all parts as the settings say. */
    public static ServiceGraph of(ServiceConfig config, DataLayout data, Surroundings surroundings) throws IOException {
        Map<EngineKind, RehearsingEngine> engines = new EnumMap<>(EngineKind.class);
        engines.put(EngineKind.LOCAL, local(config, surroundings));
        ServiceConfig.ClusterConfig cluster = config.cluster();
        if (cluster != null) {
            engines.put(EngineKind.FLINK, cluster(cluster, config, data, surroundings));
        }
        CallClient client = new CallClient(config.processors().addressRules());
        return new ServiceGraph(
                config,
                data,
                surroundings,
                new Parts(
                        engines,
                        processors(config, surroundings, client),
                        callbacks(config, data, surroundings, client),
                        client));
    }

    public ServiceGraph(ServiceConfig config, DataLayout data, Surroundings surroundings, Parts parts) {
        this.config = config;
        this.data = data;
        this.surroundings = surroundings;
        this.client = parts.client();
        Disk disk = surroundings.disk();
        Clock clock = surroundings.clock();
        this.jobs = new JobStore(disk, data.jobs(), data.log());
        Map<EngineKind, JobEngine> engines = new EnumMap<>(EngineKind.class);
        engines.put(EngineKind.FLINK, absentCluster(disk));
        engines.putAll(parts.engines());
        this.service = new JobService(
                new JobService.Stores(disk, jobs, new FileStore(disk, data.files())),
                new Engines(engines),
                parts.processors(),
                parts.callbacks(),
                clock,
                new IdGenerator(clock, surroundings.random()),
                new JobService.Settings(
                        config.storage().data(),
                        config.storage().inputDirectory(),
                        config.jobs().maxQueued(),
                        config.storage().maxItemBytes(),
                        config.storage().maxUploadBytes(),
                        config.jobs().autoResume(),
                        config.storage().retention()));
        this.crashes = new Crashes(service.verbs(), parts.engines(), processCrashAllowed(config));
    }

    private static Processors processors(ServiceConfig config, Surroundings surroundings, CallClient client) {
        ServiceConfig.Processors provided = config.processors();
        return AllKinds.ofService(
                new HttpKind(
                        provided.secrets(), ServiceConfig.Processors.SECRETS_SETTING, client, surroundings.clock()),
                new CommandKind(provided.commands(), ServiceConfig.Processors.COMMANDS_SETTING),
                new PluginKind(provided.plugins(), ServiceConfig.Processors.PLUGINS_SETTING));
    }

    private static Callbacks callbacks(
            ServiceConfig config, DataLayout data, Surroundings surroundings, CallClient client) throws IOException {
        KeyFile keyFile = new KeyFile(surroundings.disk(), data.callbackKey());
        keyFile.prepare();
        WebhookSecret given = config.processors().callbackSecret();
        Clock clock = surroundings.clock();
        return new SignedCallbacks(
                client.rules(),
                () -> new Poster(client, clock, surroundings.patience().callbacks()),
                () -> given != null
                        ? given
                        : WebhookSecret.parse(keyFile.readOrCreate()).orElseThrow(),
                CallbackBody::of,
                clock);
    }

    /** The engine that runs jobs in this process. */
    public static RehearsingEngine local(ServiceConfig config, Surroundings surroundings) {
        JobEngine engine = new LocalEngine(
                surroundings.disk(),
                surroundings.clock(),
                config.jobs().workers(),
                config.storage().maxItemBytes(),
                surroundings.halt());
        return RehearsingEngine.local(engine, surroundings.halt());
    }

    private static RehearsingEngine cluster(
            ServiceConfig.ClusterConfig cluster, ServiceConfig config, DataLayout data, Surroundings surroundings) {
        FlinkSettings settings = new FlinkSettings(
                cluster.url(),
                cluster.parallelism(),
                data.cluster(),
                config.processors().addressRules().toString(),
                surroundings.patience().cluster());
        FlinkEngine engine = new FlinkEngine(
                surroundings.disk(),
                surroundings.clock(),
                config.jobs().workers(),
                config.storage().maxItemBytes(),
                settings);
        return RehearsingEngine.remote(engine, engine);
    }

    private static JobEngine absentCluster(Disk disk) {
        return new AbsentEngine(
                disk,
                "is \"flink\", but this service was started without --flink-url and has no cluster. Omit the field to run"
                        + " the job in the service itself",
                "Start the service with --flink-url");
    }

    private static Set<EngineKind> processCrashAllowed(ServiceConfig config) {
        Set<EngineKind> allowed = EnumSet.noneOf(EngineKind.class);
        if (config.rehearsals().processCrashAllowed()) {
            allowed.add(EngineKind.LOCAL);
        }
        if (config.cluster() != null && config.cluster().processCrashAllowed()) {
            allowed.add(EngineKind.FLINK);
        }
        return allowed;
    }

    /** Listens. Requests get 503 until the service is open. */
    public ApiServer listen() throws ApiServer.PortTakenException {
        ServiceConfig.Listener listener = config.listener();
        ServiceConfig.ClientLimits clients = listener.clients();
        ApiServer listening = new ApiServer(
                service,
                crashes,
                new Spools(surroundings.disk(), data.spool()),
                new ApiServer.Settings(
                        listener.host(),
                        listener.port(),
                        listener.credentials(),
                        config.storage().maxUploadBytes(),
                        config.rehearsals().faultsAllowed(),
                        Proxies.of(
                                config.proxies().publicUrl(), config.proxies().trusted()),
                        new ApiServer.Patience(
                                clients.minBytesPerSecond(), clients.idle(), clients.maxConnectionsPerSource())),
                surroundings.outOfMemory());
        listening.start();
        server = listening;
        return listening;
    }

    /** Reads the data on disk, and continues the jobs found there. */
    public void open() throws IOException {
        service.open();
    }

    /** Returns the server; {@link #listen} comes first. */
    public ApiServer server() {
        return requireNonNull(server, "not listening");
    }

    public JobService service() {
        return service;
    }

    public Crashes crashes() {
        return crashes;
    }

    public JobStore jobs() {
        return jobs;
    }

    /** Stops in order: HTTP, then the jobs at the end of their batch. */
    @Override
    public void close() {
        try {
            if (server != null) {
                server.stop();
            }
        } catch (RuntimeException e) {
            log.warn("The HTTP server did not stop cleanly: {}. Stopping the jobs anyway.", e.toString());
        } finally {
            service.shutDown();
            client.close();
        }
    }
}
