package org.checkpointrecovery;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.checkpointrecovery.api.ApiServer;
import org.checkpointrecovery.api.CallbackBody;
import org.checkpointrecovery.cli.CommandLineTool;
import org.checkpointrecovery.cli.ServiceConfig;
import org.checkpointrecovery.engine.Callbacks;
import org.checkpointrecovery.engine.Engines;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.SignedCallbacks;
import org.checkpointrecovery.engine.flink.FlinkEngine;
import org.checkpointrecovery.engine.flink.FlinkSettings;
import org.checkpointrecovery.engine.local.LocalEngine;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.ProvidedProcessors;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.http.Poster;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.DataDirectory;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.KeyFile;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.Spools;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: reads the command line, and builds the service out of its parts. */
public final class Main {
    static {
        // Before the first logger is made: the times of its lines would be in the years and digits of the machine's
        // locale.
        Locale.setDefault(Locale.ROOT);
    }

    private static final Logger log = LoggerFactory.getLogger(Main.class);
    private static final int KILLED = 137;
    /** An item is in memory several times, decoded and not, and its result beside it. */
    private static final int ITEMS_IN_HEAP = 16;

    /** The secret that callbacks are signed with. */
    private static final String CALLBACK_KEY = "CALLBACK_KEY";

    /** Why a client may not crash a service that was started without {@code --allow-process-crash}. */
    public static final String PROCESS_CRASH_FORBIDDEN =
            "Crashing the whole service is not allowed on it; start it with --allow-process-crash.";

    private static final String TASK_MANAGER_CRASH_FORBIDDEN =
            "Killing a TaskManager of the cluster is not allowed; start the service with --flink-allow-process-crash if the"
                    + " cluster is its own.";

    private Main() {}

    public static void main(String[] arguments) {
        int code = CommandLineTool.run(arguments, System.getenv(), Main::serve);
        if (code != CommandLineTool.DONE) {
            System.exit(code);
        }
    }

    private static int serve(ServiceConfig config) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (failure instanceof OutOfMemoryError) {
                outOfMemory();
            }
            log.error("Thread {} ended", thread.getName(), failure);
        });
        log.info("Starting with {}", config);
        if (config.maxItemBytes() > Runtime.getRuntime().maxMemory() / ITEMS_IN_HEAP) {
            log.warn(
                    "Items of --max-item-bytes {} may not fit into a heap of {} bytes. Give the JVM a larger -Xmx, or lower"
                            + " --max-item-bytes.",
                    config.maxItemBytes(),
                    Runtime.getRuntime().maxMemory());
        }
        try (DataDirectory data = DataDirectory.take(config.data())) {
            JobService service = service(config, data);
            ApiServer server = new ApiServer(
                    service,
                    new Spools(new LocalDisk(), data.spool()),
                    new ApiServer.Settings(
                            config.host(),
                            config.port(),
                            config.token(),
                            config.maxUploadBytes(),
                            config.faultsAllowed(),
                            new ApiServer.Patience(
                                    config.clients().minBytesPerSecond(),
                                    config.clients().idle(),
                                    config.clients().maxConnectionsPerSource())),
                    Main::outOfMemory);
            return serveUntilStopped(config, service, server);
        } catch (DataDirectory.HeldException | ApiServer.PortTakenException e) {
            System.err.println(e.getMessage());
        } catch (DamagedFileException e) {
            System.err.println("The data directory " + config.data() + " cannot be used: " + e.getMessage() + ".");
        } catch (IOException e) {
            System.err.println(
                    "The data directory " + config.data() + " cannot be used: " + e + ". Nothing was changed.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return CommandLineTool.FAILED;
    }

    /** A service that lacks memory may have lost any of its threads. The next start recovers what was under way. */
    private static void outOfMemory() {
        try {
            System.err.println(
                    "The service ran out of memory and ends. Committed results are safe. Start it again, with a"
                            + " larger -Xmx if this repeats.");
        } finally {
            Runtime.getRuntime().halt(CommandLineTool.OUT_OF_MEMORY);
        }
    }

    private static JobService service(ServiceConfig config, DataDirectory data) throws IOException {
        Disk disk = new LocalDisk();
        Clock clock = Clock.systemUTC();
        Processors processors = new ProvidedProcessors(
                new HttpKind(config.secrets().without(CALLBACK_KEY), config.addressRules(), clock),
                new CommandKind(config.commands()),
                new PluginKind(config.plugins()));
        if (!config.commands().programs().isEmpty() && !config.commands().endWithService()) {
            log.warn(
                    "There is no setpriv on this machine: a command that does not end with its standard input may outlive"
                            + " a service that is killed.");
        }
        LocalEngine engine = new LocalEngine(
                disk,
                clock,
                config.workers(),
                config.maxItemBytes(),
                processors,
                () -> Runtime.getRuntime().halt(KILLED));
        JobService.Stores stores =
                new JobService.Stores(disk, new JobStore(disk, data.jobs()), new FileStore(disk, data.files()));
        KeyFile keyFile = new KeyFile(disk, data.callbackKey());
        keyFile.restrictToOwner();
        Optional<String> givenKey = config.secrets().value(CALLBACK_KEY);
        Callbacks callbacks = new SignedCallbacks(
                config.addressRules(),
                () -> new Poster(config.addressRules(), clock, Poster.FIRST_WAIT),
                () -> givenKey.isPresent() ? givenKey.get() : keyFile.readOrMake(),
                CallbackBody::of,
                clock);
        JobService.Settings settings = new JobService.Settings(
                config.data(),
                config.inputDirectory(),
                config.maxQueued(),
                config.maxItemBytes(),
                config.maxUploadBytes(),
                config.autoResume());
        return new JobService(
                stores,
                engines(config, data, disk, engine),
                processors,
                callbacks,
                clock,
                new IdGenerator(clock, new SecureRandom()),
                settings);
    }

    private static Engines engines(ServiceConfig config, DataDirectory data, Disk disk, JobEngine localEngine) {
        Engines.Provided local =
                new Engines.Provided(localEngine, null, config.processCrashAllowed() ? null : PROCESS_CRASH_FORBIDDEN);
        ServiceConfig.ClusterConfig cluster = config.cluster();
        if (cluster == null) {
            return Engines.withoutCluster(local);
        }
        FlinkSettings settings = new FlinkSettings(
                cluster.url(),
                cluster.parallelism(),
                data.cluster(),
                config.addressRules().toString(),
                config.plugins()::jar,
                FlinkSettings.Patience.DEFAULT);
        JobEngine flink = new FlinkEngine(disk, Clock.systemUTC(), config.workers(), config.maxItemBytes(), settings);
        return new Engines(
                local,
                new Engines.Provided(flink, null, cluster.processCrashAllowed() ? null : TASK_MANAGER_CRASH_FORBIDDEN));
    }

    /** Stops in order when the process is told to end: HTTP, jobs at the end of their batch, files. */
    private static int serveUntilStopped(ServiceConfig config, JobService service, ApiServer server)
            throws IOException, ApiServer.PortTakenException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Thread stop = new Thread(
                () -> {
                    log.info("Stopping");
                    try {
                        server.stop();
                    } catch (RuntimeException e) {
                        log.warn("The HTTP server did not stop as it should: {}", e.toString());
                    } finally {
                        service.shutDown();
                        log.info("Stopped");
                        stopped.countDown();
                    }
                },
                "stop");
        try {
            server.start(); // who asks meanwhile is told that the service starts
            service.open();
        } catch (ApiServer.PortTakenException e) {
            service.shutDown();
            throw e;
        } catch (IOException e) {
            server.stop();
            service.shutDown();
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(stop);
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        System.out.println("READY http://" + host + ":" + server.port());
        stopped.await();
        return CommandLineTool.DONE;
    }
}
