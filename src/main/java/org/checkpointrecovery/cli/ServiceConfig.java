package org.checkpointrecovery.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.checkpointrecovery.access.Credentials;
import org.checkpointrecovery.callback.WebhookSecret;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.storage.DataMode;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the service.
 *
 * @param cluster additional engine for jobs; null without {@code --flink-url}
 */
public record ServiceConfig(
        Listener listener,
        Proxies proxies,
        Storage storage,
        Jobs jobs,
        Processors processors,
        Rehearsals rehearsals,
        @Nullable ClusterConfig cluster) {

    /**
     * Where and for whom the service listens.
     *
     * @param host {@code --host}: address to listen on; default 127.0.0.1. Any address beyond loopback needs a token
     * @param port {@code --port}: 0 to 65535; 0 picks a free one; default 8080
     * @param credentials {@code --token-file}, {@code --tls-cert}, {@code --tls-key}: none by default
     * @param clients {@code --min-data-rate}, {@code --idle-timeout}, {@code --max-connections-per-source}
     */
    public record Listener(String host, int port, Credentials credentials, ClientLimits clients) {}

    /**
     * What is between the clients and the service.
     *
     * @param publicUrl {@code --public-url}: what clients call the service, http or https, with a slash at its end; null
     *     without it
     * @param trusted {@code --trust-proxy}: addresses, or CIDR blocks, of proxies whose word on a client's address counts
     */
    public record Proxies(@Nullable URI publicUrl, List<String> trusted) {
        public static final Proxies NONE = new Proxies(null, List.of());

        public Proxies {
            trusted = List.copyOf(trusted);
        }
    }

    /**
     * What the service keeps and reads.
     *
     * @param data {@code --data}: directory for everything the service keeps; default data/service
     * @param mode {@code --data-mode}: who may use what is in it; default its owner only
     * @param inputDirectory {@code --input-dir}: directory that {@code path} inputs are relative to; default data
     * @param maxUploadBytes {@code --max-upload}: maximum size of an upload, 1 to 1 PiB; default 64 GiB
     * @param maxItemBytes {@code --max-item-bytes}: maximum size of an item, 1 to 64 MiB; default 1 MiB
     * @param retention {@code --retain-jobs}, {@code --retain-files}: 1 s to 36500 days; by default both are kept
     */
    public record Storage(
            Path data,
            DataMode mode,
            Path inputDirectory,
            long maxUploadBytes,
            int maxItemBytes,
            Retention retention) {}

    /**
     * Which jobs run.
     *
     * @param workers {@code --workers}: jobs that run at once, 1 to 1024; default the number of processors
     * @param maxQueued {@code --max-queued}: maximum number of waiting jobs, 1 to 1,000,000; default 1000
     * @param autoResume false with {@code --no-auto-resume}
     */
    public record Jobs(int workers, int maxQueued, boolean autoResume) {}

    /**
     * What processors may use.
     *
     * @param secrets content of {@code --secrets-file} except {@code CALLBACK_KEY}; none without one
     * @param callbackSecret {@code CALLBACK_KEY} of {@code --secrets-file}, which no spec can name; null without it
     * @param addressRules {@code --http-allow}: targets that jobs may call. Default: every address while the service
     *     listens on loopback, otherwise public addresses
     * @param commands {@code --command}: program and arguments by name, none by default; {@code --command-env}:
     *     environment variables that they inherit in addition to PATH, HOME, LANG, LC_ALL and TMPDIR
     * @param plugins plugins in the jars of {@code --plugins}; none without it
     */
    public record Processors(
            Secrets secrets,
            @Nullable WebhookSecret callbackSecret,
            AddressRules addressRules,
            Commands commands,
            Plugins plugins) {
        public static final String SECRETS_SETTING = "--secrets-file";
        public static final String COMMANDS_SETTING = "--command";
        public static final String PLUGINS_SETTING = "--plugins";
    }

    /**
     * Which failures clients may rehearse.
     *
     * @param faultsAllowed false with {@code --no-faults}
     * @param processCrashAllowed true with {@code --allow-process-crash}
     */
    public record Rehearsals(boolean faultsAllowed, boolean processCrashAllowed) {}

    /**
     * The limits of a client's connections.
     *
     * @param minBytesPerSecond {@code --min-data-rate}: minimum bytes a second of a request or response body, 0 to 1 GiB; 0 for
     *     no minimum; default 240
     * @param idle {@code --idle-timeout}: time after which an idle connection is closed, 1 to 3600 seconds; default 30
     * @param maxConnectionsPerSource {@code --max-connections-per-source}: 0 to 1,000,000; 0 for no limit; default 0
     */
    public record ClientLimits(long minBytesPerSecond, Duration idle, int maxConnectionsPerSource) {}

    /**
     * A cluster of Apache Flink.
     *
     * @param url {@code --flink-url}: REST address of its JobManager, http or https
     * @param parallelism {@code --flink-parallelism}: maximum slots per job, 1 to 32768; default 256
     * @param processCrashAllowed true with {@code --flink-allow-process-crash}
     */
    public record ClusterConfig(URI url, int parallelism, boolean processCrashAllowed) {}

    private static String text(@Nullable Duration period) {
        return period == null ? "forever" : Retention.text(period);
    }

    /** Returns the effective values in one line, with the token and the secrets masked. */
    @Override
    public String toString() {
        return "host=" + listener.host + " port=" + listener.port + " data=" + storage.data + " data-mode="
                + storage.mode + " input-dir="
                + storage.inputDirectory + " retain-jobs=" + text(storage.retention.jobs()) + " retain-files="
                + text(storage.retention.files()) + " workers=" + jobs.workers + " max-queued=" + jobs.maxQueued
                + " max-upload="
                + storage.maxUploadBytes + " max-item-bytes=" + storage.maxItemBytes
                + " " + listener.credentials + " secrets=" + processors.secrets.names()
                + " callback-key=" + (processors.callbackSecret == null ? "file" : "(set)")
                + " http-allow=" + processors.addressRules + " commands="
                + processors.commands.programs().keySet() + " command-env="
                + processors.commands.environment() + " plugins=" + processors.plugins + " auto-resume="
                + jobs.autoResume + " faults=" + rehearsals.faultsAllowed + " process-crash="
                + rehearsals.processCrashAllowed + " min-data-rate=" + listener.clients.minBytesPerSecond
                + " idle-timeout=" + listener.clients.idle.toSeconds() + " max-connections-per-source="
                + listener.clients.maxConnectionsPerSource
                + " public-url=" + (proxies.publicUrl == null ? "none" : proxies.publicUrl) + " trust-proxy="
                + proxies.trusted
                + (cluster == null
                        ? " flink-url=none"
                        : " flink-url=" + cluster.url + " flink-parallelism="
                                + cluster.parallelism
                                + " flink-process-crash=" + cluster.processCrashAllowed);
    }
}
