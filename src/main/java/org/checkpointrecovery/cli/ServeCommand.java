package org.checkpointrecovery.cli;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.checkpointrecovery.access.Credentials;
import org.checkpointrecovery.access.Identity;
import org.checkpointrecovery.access.InvalidFilesException;
import org.checkpointrecovery.access.OptionFile;
import org.checkpointrecovery.access.Reloaded;
import org.checkpointrecovery.access.Tokens;
import org.checkpointrecovery.callback.WebhookSecret;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.AllowedTarget;
import org.checkpointrecovery.outbound.Hosts;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.storage.DataMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts the service. */
@Command(
        name = CommandLineTool.SERVE,
        description = "Starts the service. When it accepts requests, it prints READY and its address.",
        versionProvider = CommandLineTool.Version.class,
        customSynopsis = "checkpoint-recovery serve [OPTIONS]",
        footer = {
            "",
            "Environment variables can set every option, such as CHECKPOINT_RECOVERY_PORT for --port; the command line"
                    + " takes precedence. A repeatable option takes a list there: separated by commas, for --command by"
                    + " line breaks."
        })
final class ServeCommand implements Callable<Integer> {
    /** The list of addresses that jobs may call. */
    static final String HTTP_ALLOW = "--http-allow";

    /** Name of the secret that signs callbacks. */
    private static final String CALLBACK_KEY = "CALLBACK_KEY";

    static final String LOG_LEVEL = "--log-level";
    static final String DATA_MODE = "--data-mode";
    static final String TRUST_PROXY = "--trust-proxy";

    static final int MAX_ITEM_BYTES = 64 * 1024 * 1024;
    /**
     * 128 machines of two slots. The service looks this many ranges ahead on the shared disk, twice a second, to show the
     * progress of a job.
     */
    private static final int DEFAULT_FLINK_PARALLELISM = 256;
    /** The limit of Flink. */
    private static final int MAX_FLINK_PARALLELISM = 32_768;

    @Mixin(name = "Service")
    private ServeOptions.Service service = new ServeOptions.Service();

    @Mixin(name = "Storage")
    private ServeOptions.Storage storage = new ServeOptions.Storage();

    @Mixin(name = "Limits")
    private ServeOptions.Limits limits = new ServeOptions.Limits();

    @Mixin(name = "Security")
    private ServeOptions.Security security = new ServeOptions.Security();

    @Mixin(name = "Proxies")
    private ServeOptions.Proxies proxies = new ServeOptions.Proxies();

    @Mixin(name = "Processors")
    private ServeOptions.Processors processors = new ServeOptions.Processors();

    @Mixin(name = "Cluster")
    private ServeOptions.Cluster cluster = new ServeOptions.Cluster();

    @Mixin(name = "Help")
    HelpOptions help = new HelpOptions();

    private final ServiceStarter starter;

    ServeCommand(ServiceStarter starter) {
        this.starter = starter;
    }

    /** Applies {@code --log-level}. Call before any logger exists. A value that names no level stops the start later. */
    void applyLogLevel() {
        Arrays.stream(LogLevel.values())
                .filter(level -> level.text().equals(service.logLevel))
                .forEach(LogLevel::apply);
    }

    @Override
    public Integer call() throws BadOptionsException {
        return starter.start(config());
    }

    ServiceConfig config() throws BadOptionsException {
        OptionValues values = new OptionValues();
        String workers =
                limits.workers == null ? String.valueOf(Runtime.getRuntime().availableProcessors()) : limits.workers;
        if (service.logLevel != null) {
            LogLevel unused = values.constant(LOG_LEVEL, service.logLevel, LogLevel.class);
        }
        Credentials credentials = new Credentials(tokens(values), identity(values));
        boolean loopback = isLoopback(values);
        if (security.tokenFile == null && !loopback) {
            values.problem(
                    "--host " + service.host
                            + " is reachable from other machines, which needs a token: add --token-file, or listen on 127.0.0.1");
        }
        Secrets secrets =
                processors.secretsFile == null ? Secrets.NONE : SecretsFile.read(processors.secretsFile, values);
        ServiceConfig config = new ServiceConfig(
                new ServiceConfig.Listener(
                        service.host,
                        (int) values.number("--port", service.port, 0, 65535),
                        credentials,
                        clientLimits(values)),
                proxies(values),
                new ServiceConfig.Storage(
                        OptionValues.path("--data", storage.data, values),
                        DataMode.parse(storage.dataMode).orElseGet(() -> {
                            values.problem(
                                    DATA_MODE + " " + storage.dataMode
                                            + " must be 7 for the owner and 0, 5 or 7 for the group and for others, such as 770");
                            return DataMode.OWNER_ONLY;
                        }),
                        inputDirectory(values),
                        values.bytes("--max-upload", limits.maxUpload, 1, 1L << 50),
                        (int) values.bytes("--max-item-bytes", limits.maxItemBytes, 1, MAX_ITEM_BYTES),
                        new Retention(
                                values.period("--retain-jobs", storage.retainJobs),
                                values.period("--retain-files", storage.retainFiles))),
                new ServiceConfig.Jobs(
                        (int) values.number("--workers", workers, 1, 1024),
                        (int) values.number("--max-queued", limits.maxQueued, 1, 1_000_000),
                        !service.noAutoResume),
                new ServiceConfig.Processors(
                        secrets.without(CALLBACK_KEY),
                        secrets.value(CALLBACK_KEY)
                                .flatMap(text -> callbackSecret(text, values))
                                .orElse(null),
                        addressRules(loopback, values),
                        CommandOptions.commands(processors.commands, processors.commandEnvironment, values),
                        processors.plugins == null ? Plugins.NONE : PluginJars.read(processors.plugins, values)),
                new ServiceConfig.Rehearsals(!security.noFaults, security.allowProcessCrash),
                clusterConfig(values));
        values.throwIfInvalid();
        return config;
    }

    private Optional<WebhookSecret> callbackSecret(String text, OptionValues values) {
        Optional<WebhookSecret> secret = WebhookSecret.parse(text);
        if (secret.isEmpty()) {
            values.problem("--secrets-file " + processors.secretsFile + ": " + CALLBACK_KEY
                    + " must be whsec_ and the base64 of 24 to 64 bytes, as this prints:"
                    + " echo \"whsec_$(head -c 32 /dev/urandom | base64)\"");
        }
        return secret;
    }

    private ServiceConfig.ClientLimits clientLimits(OptionValues values) {
        return new ServiceConfig.ClientLimits(
                values.bytes("--min-data-rate", limits.minDataRate, 0, 1L << 30),
                Duration.ofSeconds(values.number("--idle-timeout", limits.idleTimeout, 1, 3600)),
                (int) values.number("--max-connections-per-source", limits.maxConnectionsPerSource, 0, 1_000_000));
    }

    private ServiceConfig.Proxies proxies(OptionValues values) {
        for (String block : proxies.trusted) {
            if (!isBlock(block.strip())) {
                values.problem(TRUST_PROXY + " \"" + block
                        + "\" must be an address or a CIDR block, such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32");
            }
        }
        URI publicUrl = proxies.publicUrl == null
                ? null
                : plainUrl("--public-url", proxies.publicUrl, "https://example.org/jobs/", values);
        return new ServiceConfig.Proxies(
                publicUrl == null ? null : URI.create(publicUrl + "/"),
                proxies.trusted.stream().map(String::strip).toList());
    }

    private static boolean isBlock(String text) {
        String[] parts = text.split("/", -1);
        Optional<InetAddress> address = Hosts.literal(parts[0]);
        if (address.isEmpty() || parts[0].startsWith("[") || parts.length > 2) {
            return false;
        }
        int most = address.get().getAddress().length * Byte.SIZE;
        return parts.length == 1 || (parts[1].matches("\\d{1,3}") && Integer.parseInt(parts[1]) <= most);
    }

    private ServiceConfig.@Nullable ClusterConfig clusterConfig(OptionValues values) {
        if (cluster.url == null) {
            if (cluster.parallelism != null || cluster.allowProcessCrash) {
                values.problem("--flink-parallelism and --flink-allow-process-crash need --flink-url");
            }
            return null;
        }
        int parallelism = cluster.parallelism == null
                ? DEFAULT_FLINK_PARALLELISM
                : (int) values.number("--flink-parallelism", cluster.parallelism, 1, MAX_FLINK_PARALLELISM);
        return new ServiceConfig.ClusterConfig(
                plainUrl("--flink-url", cluster.url, "http://jobmanager:8081", values),
                parallelism,
                cluster.allowProcessCrash);
    }

    /** Returns a URL without the slash at its end. */
    private static URI plainUrl(String option, String text, String example, OptionValues values) {
        try {
            URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean plain = url.getQuery() == null && url.getFragment() == null && url.getUserInfo() == null;
            if (http && plain && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // reported below, like other URLs that cannot be used
        }
        // The part before an @ may be a password.
        String shown = text.contains("@") ? "" : " \"" + text + "\"";
        values.problem(
                option + shown + " must be an http or https URL without user, query or fragment, such as " + example);
        return URI.create("http://localhost");
    }

    private AddressRules addressRules(boolean loopback, OptionValues values) {
        if (processors.httpAllow.isEmpty()) {
            return loopback ? AddressRules.any() : AddressRules.publicOnly(HTTP_ALLOW);
        }
        List<AllowedTarget> targets = new ArrayList<>();
        for (String text : processors.httpAllow) {
            AllowedTarget.parse(text.strip())
                    .ifPresentOrElse(
                            targets::add,
                            () -> values.problem(HTTP_ALLOW + " \"" + text
                                    + "\" must be HOST or HOST:PORT, with IPv6 addresses in brackets"));
        }
        return AddressRules.only(targets, HTTP_ALLOW);
    }

    private boolean isLoopback(OptionValues values) {
        try {
            return InetAddress.getByName(service.host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            values.problem("--host \"" + service.host + "\" is not an address of this machine");
            return true;
        }
    }

    private Path inputDirectory(OptionValues values) {
        Path path = OptionValues.path("--input-dir", storage.inputDirectory, values);
        if (Files.exists(path) && !Files.isDirectory(path)) {
            values.problem("--input-dir " + storage.inputDirectory + " is not a directory");
        }
        return path;
    }

    private @Nullable Reloaded<Identity> identity(OptionValues values) {
        if (security.tlsCert == null && security.tlsKey == null) {
            return null;
        }
        if (security.tlsCert == null || security.tlsKey == null) {
            values.problem("--tls-cert and --tls-key need each other: set both for HTTPS, or none for plain HTTP");
            return null;
        }
        try {
            return Identity.read(
                    new OptionFile("--tls-cert", security.tlsCert), new OptionFile("--tls-key", security.tlsKey));
        } catch (InvalidFilesException e) {
            e.problems().forEach(values::problem);
            return null;
        }
    }

    private @Nullable Reloaded<Tokens> tokens(OptionValues values) {
        if (security.tokenFile == null) {
            return null;
        }
        try {
            return Tokens.read(new OptionFile("--token-file", security.tokenFile));
        } catch (InvalidFilesException e) {
            e.problems().forEach(values::problem);
            return null;
        }
    }
}
