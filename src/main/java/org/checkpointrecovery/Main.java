package org.checkpointrecovery;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.checkpointrecovery.api.ApiServer;
import org.checkpointrecovery.api.CallbackBody;
import org.checkpointrecovery.callback.Poster;
import org.checkpointrecovery.callback.SignedCallbacks;
import org.checkpointrecovery.cli.CommandLineTool;
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
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.ProvidedProcessors;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.rehearsal.Crashes;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.DataDirectory;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.KeyFile;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.Spools;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: runs the command line, and builds the service from its parts. */
public final class Main {
    static {
        // Before the first logger exists: it would write its times with the calendar and digits of the machine's
        // locale.
        Locale.setDefault(Locale.ROOT);
    }

    private static final Logger log = LoggerFactory.getLogger(Main.class);
    private static final int KILLED = 137;
    /** Rough number of copies of an item in memory: raw, decoded, and its result. */
    private static final int ITEMS_IN_HEAP = 16;

    /** Name of the secret that signs callbacks. */
    private static final String CALLBACK_KEY = "CALLBACK_KEY";

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
            log.error("Thread {} died. Restart the service, and report this stack trace.", thread.getName(), failure);
        });
        log.info("Starting with {}", config);
        if (config.storage().maxItemBytes() > Runtime.getRuntime().maxMemory() / ITEMS_IN_HEAP) {
            log.warn(
                    "Items of up to {} bytes (--max-item-bytes) may not fit into a heap of {} bytes. Raise -Xmx, or lower"
                            + " --max-item-bytes.",
                    config.storage().maxItemBytes(),
                    Runtime.getRuntime().maxMemory());
        }
        try (DataDirectory data = DataDirectory.take(config.storage().data())) {
            Map<EngineKind, RehearsingEngine> rehearsing = new EnumMap<>(EngineKind.class);
            JobService service = service(config, data, rehearsing);
            ApiServer server = new ApiServer(
                    service,
                    new Crashes(service.verbs(), rehearsing, processCrashAllowed(config)),
                    new Spools(new LocalDisk(), data.spool()),
                    new ApiServer.Settings(
                            config.listener().host(),
                            config.listener().port(),
                            config.listener().token(),
                            config.storage().maxUploadBytes(),
                            config.rehearsals().faultsAllowed(),
                            new ApiServer.Patience(
                                    config.listener().clients().minBytesPerSecond(),
                                    config.listener().clients().idle(),
                                    config.listener().clients().maxConnectionsPerSource())),
                    Main::outOfMemory);
            return serveUntilStopped(config, service, server);
        } catch (DataDirectory.HeldException | ApiServer.PortTakenException e) {
            System.err.println(e.getMessage());
        } catch (DamagedFileException e) {
            System.err.println(
                    "Cannot use the data directory " + config.storage().data() + ": " + e.getMessage() + ".");
        } catch (IOException e) {
            System.err.println(
                    "Cannot use the data directory " + config.storage().data() + ": " + e + ". Nothing was changed.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return CommandLineTool.FAILED;
    }

    /** Ends the process: any of its threads may have died. The next start recovers the jobs that were running. */
    private static void outOfMemory() {
        try {
            System.err.println(
                    "The service ran out of memory and ends. Committed results are safe. Start it again, with a"
                            + " larger -Xmx if this repeats.");
        } finally {
            Runtime.getRuntime().halt(CommandLineTool.OUT_OF_MEMORY);
        }
    }

    private static JobService service(
            ServiceConfig config, DataDirectory data, Map<EngineKind, RehearsingEngine> rehearsing) throws IOException {
        Disk disk = new LocalDisk();
        Clock clock = Clock.systemUTC();
        Processors processors = new ProvidedProcessors(
                new HttpKind(
                        config.processors().secrets().without(CALLBACK_KEY),
                        config.processors().addressRules(),
                        clock),
                new CommandKind(config.processors().commands()),
                new PluginKind(config.processors().plugins()));
        if (!config.processors().commands().programs().isEmpty()
                && !config.processors().commands().endWithService()) {
            log.warn(
                    "setpriv is not installed: if the service is killed, programs of --command that ignore the end of their"
                            + " standard input keep running. Install util-linux.");
        }
        Runnable halt = () -> Runtime.getRuntime().halt(KILLED);
        JobEngine local = new LocalEngine(
                disk, clock, config.jobs().workers(), config.storage().maxItemBytes(), halt);
        rehearsing.put(EngineKind.LOCAL, RehearsingEngine.local(local, halt));
        FlinkEngine flink = flink(config, data, disk);
        if (flink != null) {
            rehearsing.put(EngineKind.FLINK, RehearsingEngine.remote(flink, flink));
        }
        JobService.Stores stores =
                new JobService.Stores(disk, new JobStore(disk, data.jobs()), new FileStore(disk, data.files()));
        KeyFile keyFile = new KeyFile(disk, data.callbackKey());
        keyFile.restrictToOwner();
        Optional<String> givenKey = config.processors().secrets().value(CALLBACK_KEY);
        Callbacks callbacks = new SignedCallbacks(
                config.processors().addressRules(),
                () -> new Poster(config.processors().addressRules(), clock, Poster.FIRST_WAIT),
                () -> givenKey.isPresent() ? givenKey.get() : keyFile.readOrCreate(),
                CallbackBody::of,
                clock);
        Map<EngineKind, JobEngine> engines = new EnumMap<>(EngineKind.class);
        engines.put(EngineKind.FLINK, absentCluster(disk));
        engines.putAll(rehearsing);
        JobService.Settings settings = new JobService.Settings(
                config.storage().data(),
                config.storage().inputDirectory(),
                config.jobs().maxQueued(),
                config.storage().maxItemBytes(),
                config.storage().maxUploadBytes(),
                config.jobs().autoResume());
        return new JobService(
                stores,
                new Engines(engines),
                processors,
                callbacks,
                clock,
                new IdGenerator(clock, new SecureRandom()),
                settings);
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

    private static @Nullable FlinkEngine flink(ServiceConfig config, DataDirectory data, Disk disk) {
        ServiceConfig.ClusterConfig cluster = config.cluster();
        if (cluster == null) {
            return null;
        }
        FlinkSettings settings = new FlinkSettings(
                cluster.url(),
                cluster.parallelism(),
                data.cluster(),
                config.processors().addressRules().toString(),
                config.processors().plugins()::jar,
                FlinkSettings.Patience.DEFAULT);
        return new FlinkEngine(
                disk,
                Clock.systemUTC(),
                config.jobs().workers(),
                config.storage().maxItemBytes(),
                settings);
    }

    /** The engine {@code flink} of a service without a cluster. */
    public static JobEngine absentCluster(Disk disk) {
        return new AbsentEngine(
                disk,
                "is \"flink\", but this service was started without --flink-url and has no cluster. Omit the field to run"
                        + " the job in the service itself",
                "Start the service with --flink-url");
    }

    /** Serves until SIGTERM, then stops in order: HTTP, jobs at the end of their batch, files. */
    private static int serveUntilStopped(ServiceConfig config, JobService service, ApiServer server)
            throws IOException, ApiServer.PortTakenException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Thread stop = new Thread(
                () -> {
                    log.info("Stopping");
                    try {
                        server.stop();
                    } catch (RuntimeException e) {
                        log.warn("The HTTP server did not stop cleanly: {}. Stopping the jobs anyway.", e.toString());
                    } finally {
                        service.shutDown();
                        log.info("Stopped");
                        stopped.countDown();
                    }
                },
                "stop");
        try {
            server.start(); // until the service is open, requests get 503
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
        String host = config.listener().host().contains(":")
                ? "[" + config.listener().host() + "]"
                : config.listener().host();
        System.out.println("READY http://" + host + ":" + server.port());
        stopped.await();
        return CommandLineTool.DONE;
    }
}
