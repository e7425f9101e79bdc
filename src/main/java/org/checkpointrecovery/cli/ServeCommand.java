package org.checkpointrecovery.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.checkpointrecovery.processor.http.AddressRules;
import org.checkpointrecovery.processor.http.AllowedTarget;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.storage.FileNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the service. */
@Command(
        name = "serve",
        description = "Starts the service. When it accepts requests it prints READY and its address.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    static final int MAX_ITEM_BYTES = 64 * 1024 * 1024;
    /** Flink's own limit. */
    private static final int MAX_FLINK_PARALLELISM = 32_768;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "address to listen on (${DEFAULT-VALUE})")
    private String host = "";

    @Option(names = "--port", defaultValue = "8080", description = "port, 0 for any free one (${DEFAULT-VALUE})")
    private String port = "";

    @Option(
            names = "--data",
            defaultValue = "data/service",
            description = "directory of all that the service keeps (${DEFAULT-VALUE})")
    private String data = "";

    @Option(
            names = "--input-dir",
            defaultValue = "data",
            description = "what \"path\" inputs are relative to (${DEFAULT-VALUE})")
    private String inputDirectory = "";

    @Option(names = "--workers", description = "jobs that run at once (the number of processors)")
    private @Nullable String workers;

    @Option(
            names = "--max-queued",
            defaultValue = "1000",
            description = "jobs that may wait in line (${DEFAULT-VALUE})")
    private String maxQueued = "";

    @Option(
            names = "--max-upload",
            defaultValue = "64G",
            description = "bytes of an uploaded file at the most (${DEFAULT-VALUE})")
    private String maxUpload = "";

    @Option(
            names = "--max-item-bytes",
            defaultValue = "1M",
            description = "bytes of one item at the most; a longer one fails (${DEFAULT-VALUE})")
    private String maxItemBytes = "";

    @Option(
            names = "--min-data-rate",
            defaultValue = "240",
            paramLabel = "BYTES",
            description = "minimum bytes a second of a body or an answer; slower clients are cut off, 0 for no minimum"
                    + " (${DEFAULT-VALUE})")
    private String minDataRate = "";

    @Option(
            names = "--idle-timeout",
            defaultValue = "30",
            paramLabel = "SECONDS",
            description = "how long a connection may be still before it is closed (${DEFAULT-VALUE})")
    private String idleTimeout = "";

    @Option(
            names = "--max-connections-per-source",
            defaultValue = "0",
            paramLabel = "N",
            description = "open connections from one address at most, 0 for any number (${DEFAULT-VALUE})")
    private String maxConnectionsPerSource = "";

    @Option(names = "--token-file", description = "file with the token that every request must carry")
    private @Nullable String tokenFile;

    @Option(names = "--secrets-file", description = "file of secrets that headers of calls can name, NAME=value a line")
    private @Nullable String secretsFile;

    @Option(
            names = "--http-allow",
            split = ",",
            paramLabel = "HOST[:PORT]",
            description = "what jobs may call, can be repeated (all, or public addresses beyond loopback)")
    private List<String> httpAllow = List.of();

    @Option(
            names = "--command",
            split = "\n",
            paramLabel = "NAME=PROGRAM[,ARGUMENT…]",
            description = "a program that jobs may run, by its name; can be repeated (none)")
    private List<String> commands = List.of();

    @Option(
            names = "--command-env",
            split = ",",
            paramLabel = "NAME",
            description =
                    "an environment variable that commands inherit beside PATH, HOME, LANG, LC_ALL and TMPDIR; can"
                            + " be repeated (none)")
    private List<String> commandEnvironment = List.of();

    @Option(names = "--plugins", paramLabel = "DIR", description = "directory of jars with processors (none)")
    private @Nullable String plugins;

    @Option(names = "--no-auto-resume", description = "jobs that a crash interrupted wait until they are resumed")
    private boolean noAutoResume;

    @Option(names = "--no-faults", description = "no rehearsed failures: no faults in a spec, no POST /crash")
    private boolean noFaults;

    @Option(names = "--allow-process-crash", description = "POST /crash may halt the whole service")
    private boolean allowProcessCrash;

    @Option(
            names = "--flink-url",
            paramLabel = "URL",
            description = "JobManager of an Apache Flink cluster, for jobs with the engine flink (none)")
    private @Nullable String flinkUrl;

    @Option(
            names = "--flink-parallelism",
            paramLabel = "N",
            description = "slots of the cluster that a job takes (those that are free)")
    private @Nullable String flinkParallelism;

    @Option(
            names = "--flink-allow-process-crash",
            description = "POST /crash may kill a TaskManager: the cluster is this service's own")
    private boolean flinkAllowProcessCrash;

    private final ServiceStarter starter;

    ServeCommand(ServiceStarter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws BadOptionsException {
        return starter.start(config());
    }

    ServiceConfig config() throws BadOptionsException {
        OptionValues values = new OptionValues();
        String processors = String.valueOf(Runtime.getRuntime().availableProcessors());
        String token = token(values);
        boolean loopback = isLoopback(values);
        if (token == null && !loopback) {
            values.problem("--host " + host + " is not a loopback address, and there is no --token-file: the service"
                    + " does not listen beyond this machine without a token");
        }
        ServiceConfig config = new ServiceConfig(
                host,
                (int) values.number("--port", port, 0, 65535),
                path("--data", data, values),
                inputDirectory(values),
                (int) values.number("--workers", workers == null ? processors : workers, 1, 1024),
                (int) values.number("--max-queued", maxQueued, 1, 1_000_000),
                values.bytes("--max-upload", maxUpload, 1, 1L << 50),
                (int) values.bytes("--max-item-bytes", maxItemBytes, 1, MAX_ITEM_BYTES),
                token,
                secretsFile == null ? Secrets.NONE : SecretsFile.read(secretsFile, values),
                addressRules(loopback, values),
                CommandOptions.commands(commands, commandEnvironment, values),
                plugins == null ? Plugins.NONE : PluginJars.read(plugins, values),
                !noAutoResume,
                !noFaults,
                allowProcessCrash,
                new ServiceConfig.ClientLimits(
                        values.bytes("--min-data-rate", minDataRate, 0, 1L << 30),
                        Duration.ofSeconds(values.number("--idle-timeout", idleTimeout, 1, 3600)),
                        (int) values.number("--max-connections-per-source", maxConnectionsPerSource, 0, 1_000_000)),
                cluster(values));
        values.throwIfWrong();
        return config;
    }

    private ServiceConfig.@Nullable ClusterConfig cluster(OptionValues values) {
        if (flinkUrl == null) {
            if (flinkParallelism != null || flinkAllowProcessCrash) {
                values.problem(
                        "--flink-parallelism and --flink-allow-process-crash need a cluster: give --flink-url too");
            }
            return null;
        }
        Integer parallelism = flinkParallelism == null
                ? null
                : (Integer) (int) values.number("--flink-parallelism", flinkParallelism, 1, MAX_FLINK_PARALLELISM);
        return new ServiceConfig.ClusterConfig(flinkUrl(flinkUrl, values), parallelism, flinkAllowProcessCrash);
    }

    private static URI flinkUrl(String text, OptionValues values) {
        try {
            URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean plain = url.getQuery() == null && url.getFragment() == null && url.getUserInfo() == null;
            if (http && plain && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // as one with another form
        }
        // What stands before an @ may be a password.
        String shown = text.contains("@") ? "" : " \"" + text + "\"";
        values.problem("--flink-url" + shown + " is not like http://jobmanager:8081");
        return URI.create("http://localhost");
    }

    private AddressRules addressRules(boolean loopback, OptionValues values) {
        if (httpAllow.isEmpty()) {
            return loopback ? AddressRules.any() : AddressRules.publicOnly();
        }
        List<AllowedTarget> targets = new ArrayList<>();
        for (String text : httpAllow) {
            AllowedTarget.parse(text.strip())
                    .ifPresentOrElse(
                            targets::add,
                            () -> values.problem("--http-allow \"" + text
                                    + "\" is not HOST or HOST:PORT, with an IPv6 address in brackets"));
        }
        return AddressRules.only(targets);
    }

    private boolean isLoopback(OptionValues values) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            values.problem("--host \"" + host + "\" is not an address of this machine");
            return true;
        }
    }

    private Path inputDirectory(OptionValues values) {
        Path path = path("--input-dir", inputDirectory, values);
        if (Files.exists(path) && !Files.isDirectory(path)) {
            values.problem("--input-dir " + inputDirectory + " is not a directory");
        }
        return path;
    }

    private static Path path(String option, String text, OptionValues values) {
        try {
            Path path = Path.of(text);
            if (!path.isAbsolute() && !FileNames.isWorkingDirectoryKnown()) {
                values.problem(
                        option + " \"" + text + "\" is relative to the working directory, which " + FileNames.hint());
            }
            return path.toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            values.problem(option + " \"" + text + "\" " + FileNames.problem(text, "is not a path"));
            return Path.of("");
        }
    }

    private @Nullable String token(OptionValues values) {
        if (tokenFile == null) {
            return null;
        }
        try {
            String token = Files.readString(Path.of(tokenFile)).strip();
            if (token.length() < 16 || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                values.problem(
                        "--token-file " + tokenFile + " must hold one token of 16 or more visible ASCII characters");
            }
            return token;
        } catch (IOException | InvalidPathException e) {
            values.problem("--token-file " + tokenFile + " " + FileNames.problem(tokenFile, "cannot be read"));
            return "";
        }
    }
}
