package org.checkpointrecovery;

import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import org.checkpointrecovery.api.ApiServer;
import org.checkpointrecovery.api.SpecFile;
import org.checkpointrecovery.cli.CommandLineTool;
import org.checkpointrecovery.cli.ServiceConfig;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.engine.OfferedProcessors;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.DataDirectory;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: runs the command line, and serves until it is stopped. */
public final class Main {
    static {
        // Before the first logger exists: it would write its times with the calendar and digits of the machine's
        // locale.
        Locale.setDefault(Locale.ROOT);
    }

    private static final int KILLED = 137;
    /** Rough number of copies of an item in memory: raw, decoded, and its result. */
    private static final int ITEMS_IN_HEAP = 16;

    private Main() {}

    public static void main(String[] arguments) {
        int code = CommandLineTool.run(arguments, System.getenv(), Main::spec, Main::serve);
        if (code != CommandLineTool.DONE) {
            System.exit(code);
        }
    }

    /** Reads the spec of a {@code run}. Not a reference to the reader, which would load its class for every command. */
    static @Nullable NewJob spec(
            InputStream json, boolean hasInput, OfferedProcessors processors, BiConsumer<String, String> report)
            throws IOException {
        return SpecFile.read(json, hasInput, processors, report);
    }

    /** Not a constant: the first use must come after {@code --log-level} is known. */
    private static Logger log() {
        return LoggerFactory.getLogger(Main.class);
    }

    private static int serve(ServiceConfig config) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (failure instanceof OutOfMemoryError) {
                outOfMemory();
            }
            log().error("Thread {} died. Restart the service, and report this stack trace.", thread.getName(), failure);
        });
        // Else Jetty finds it out with JMX, whose start takes as long as Jetty's.
        System.setProperty("org.eclipse.jetty.util.referencesPerCacheLine", "16");
        log().info("Starting with {}", config);
        warn(config);
        try (DataDirectory data =
                DataDirectory.take(config.storage().data(), config.storage().mode())) {
            return serveUntilStopped(config, service(config, data));
        } catch (DataDirectory.HeldException e) {
            System.err.println(e.getMessage() + " Stop that service, or use another directory with --data.");
        } catch (ApiServer.PortTakenException e) {
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

    static ServiceGraph service(ServiceConfig config, DataDirectory data) throws IOException {
        ServiceGraph.Surroundings surroundings = new ServiceGraph.Surroundings(
                new LocalDisk(config.storage().mode()),
                Clock.systemUTC(),
                new SecureRandom(),
                () -> Runtime.getRuntime().halt(KILLED),
                Main::outOfMemory,
                ServiceGraph.Patience.DEFAULT);
        return ServiceGraph.of(config, data.layout(), surroundings);
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

    private static void warn(ServiceConfig config) {
        if (config.storage().maxItemBytes() > Runtime.getRuntime().maxMemory() / ITEMS_IN_HEAP) {
            log().warn(
                            "Items of up to {} bytes (--max-item-bytes) may not fit into a heap of {} bytes. Raise -Xmx, or lower"
                                    + " --max-item-bytes.",
                            config.storage().maxItemBytes(),
                            Runtime.getRuntime().maxMemory());
        }
        Commands commands = config.processors().commands();
        if (!commands.programs().isEmpty() && !commands.endWithService()) {
            log().warn(
                            "setpriv is not installed: if the service is killed, programs of --command that ignore the end of their"
                                    + " standard input keep running. Install util-linux.");
        }
    }

    /** Serves until SIGTERM. */
    private static int serveUntilStopped(ServiceConfig config, ServiceGraph service)
            throws IOException, ApiServer.PortTakenException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Thread stop = new Thread(
                () -> {
                    log().info("Stopping");
                    try {
                        service.close();
                    } finally {
                        log().info("Stopped");
                        stopped.countDown();
                    }
                },
                "stop");
        Thread preparation = new Thread(Preparation::run, "preparation");
        preparation.setDaemon(true);
        preparation.start();
        int port;
        try {
            port = service.listen().port();
            service.open();
        } catch (ApiServer.PortTakenException | IOException e) {
            service.close();
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(stop);
        String host = config.listener().host().contains(":")
                ? "[" + config.listener().host() + "]"
                : config.listener().host();
        String scheme = config.listener().credentials().identity() == null ? "http" : "https";
        System.out.println("READY " + scheme + "://" + host + ":" + port);
        stopped.await();
        return CommandLineTool.DONE;
    }
}
