package org.checkpointrecovery.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.AddressRules;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.jspecify.annotations.Nullable;

/**
 * How the service is set up.
 *
 * @param host {@code --host}: the address to listen on; default 127.0.0.1. Beyond loopback a token is needed
 * @param port {@code --port}: 0 to 65535, 0 for any free one; default 8080
 * @param data {@code --data}: directory of all that the service keeps; default data/service
 * @param inputDirectory {@code --input-dir}: what {@code path} inputs are relative to; default data
 * @param workers {@code --workers}: jobs that run at once, 1 to 1024; default the number of processors
 * @param maxQueued {@code --max-queued}: jobs that may wait in line, 1 to 1,000,000; default 1000
 * @param maxUploadBytes {@code --max-upload}: bytes of an uploaded file, 1 to 1 PiB; default 64 GiB
 * @param maxItemBytes {@code --max-item-bytes}: bytes of an item, 1 to 64 MiB; default 1 MiB
 * @param token what {@code --token-file} holds; null without one
 * @param secrets what {@code --secrets-file} holds; none without one
 * @param addressRules {@code --http-allow}: what jobs may call. Without it everything while only this machine can reach the
 *     service, and public addresses beyond that
 * @param commands {@code --command}: program and arguments by name, none by default; {@code --command-env}: environment
 *     variables that they inherit beside PATH, HOME, LANG, LC_ALL and TMPDIR
 * @param plugins what is in the jars of {@code --plugins}; none without it
 * @param autoResume false with {@code --no-auto-resume}
 * @param faultsAllowed false with {@code --no-faults}
 * @param processCrashAllowed true with {@code --allow-process-crash}
 * @param clients {@code --min-data-rate}, {@code --idle-timeout}, {@code --max-connections-per-source}
 * @param cluster what jobs can be run on beside the service itself; null without {@code --flink-url}
 */
public record ServiceConfig(
        String host,
        int port,
        Path data,
        Path inputDirectory,
        int workers,
        int maxQueued,
        long maxUploadBytes,
        int maxItemBytes,
        @Nullable String token,
        Secrets secrets,
        AddressRules addressRules,
        Commands commands,
        Plugins plugins,
        boolean autoResume,
        boolean faultsAllowed,
        boolean processCrashAllowed,
        ClientLimits clients,
        @Nullable ClusterConfig cluster) {

    /**
     * What clients may cost.
     *
     * @param minBytesPerSecond {@code --min-data-rate}: bytes a second that a body or an answer moves at, 0 to 1 GiB, 0 for no
     *     minimum; default 240
     * @param idle {@code --idle-timeout}: how long a connection may be still, 1 to 3600 seconds; default 30
     * @param maxConnectionsPerSource {@code --max-connections-per-source}: 0 to 1,000,000, 0 for any number; default 0
     */
    public record ClientLimits(long minBytesPerSecond, Duration idle, int maxConnectionsPerSource) {}

    /**
     * A cluster of Apache Flink.
     *
     * @param url {@code --flink-url}: of the REST API of its JobManager, http or https
     * @param parallelism {@code --flink-parallelism}: tasks of a job at once, 1 to 32768; null for the slots that are free
     * @param processCrashAllowed true with {@code --flink-allow-process-crash}
     */
    public record ClusterConfig(URI url, @Nullable Integer parallelism, boolean processCrashAllowed) {}

    /** The effective values in one line, the token and the secrets masked. */
    @Override
    public String toString() {
        return "host=" + host + " port=" + port + " data=" + data + " input-dir=" + inputDirectory + " workers="
                + workers
                + " max-queued=" + maxQueued + " max-upload=" + maxUploadBytes + " max-item-bytes=" + maxItemBytes
                + " token=" + (token == null ? "none" : "(set)") + " secrets=" + secrets.names() + " http-allow="
                + addressRules + " commands=" + commands.programs().keySet() + " command-env="
                + commands.environment() + " plugins=" + plugins + " auto-resume=" + autoResume
                + " faults="
                + faultsAllowed + " process-crash=" + processCrashAllowed
                + " min-data-rate=" + clients.minBytesPerSecond() + " idle-timeout="
                + clients.idle().toSeconds() + " max-connections-per-source=" + clients.maxConnectionsPerSource()
                + (cluster == null
                        ? " flink-url=none"
                        : " flink-url=" + cluster.url() + " flink-parallelism="
                                + (cluster.parallelism() == null ? "free slots" : cluster.parallelism())
                                + " flink-process-crash=" + cluster.processCrashAllowed());
    }
}
