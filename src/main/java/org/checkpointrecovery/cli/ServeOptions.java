package org.checkpointrecovery.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code serve}: one class per group of its help. */
final class ServeOptions {
    private ServeOptions() {}

    static final class Service {
        @Option(
                names = "--host",
                defaultValue = "127.0.0.1",
                paramLabel = "ADDRESS",
                description = "address to listen on; any address beyond loopback needs --token-file"
                        + " (default: ${DEFAULT-VALUE})")
        String host = "";

        @Option(
                names = {"-p", "--port"},
                defaultValue = "8080",
                paramLabel = "PORT",
                description = "port to listen on; 0 picks a free one (default: ${DEFAULT-VALUE})")
        String port = "";

        @Option(
                names = "--no-auto-resume",
                fallbackValue = "true",
                description = "keep jobs that a crash interrupted CRASHED until a client resumes them")
        boolean noAutoResume;

        @Option(
                names = ServeCommand.LOG_LEVEL,
                paramLabel = "LEVEL",
                description = "which lines to log: error, warn, info or debug (default: info)")
        @Nullable
        String logLevel;
    }

    static final class Storage {
        @Option(
                names = {"-d", "--data"},
                defaultValue = "data/service",
                paramLabel = "DIR",
                description = "directory for everything the service keeps; one service at a time"
                        + " (default: ${DEFAULT-VALUE})")
        String data = "";

        @Option(
                names = ServeCommand.DATA_MODE,
                defaultValue = "700",
                paramLabel = "MODE",
                description =
                        "permissions of directories in it, such as 770 for storage that a group shares; files have"
                                + " the same without x (default: ${DEFAULT-VALUE})")
        String dataMode = "";

        @Option(
                names = "--input-dir",
                defaultValue = "data",
                paramLabel = "DIR",
                description = "directory that input paths of jobs are relative to (default: ${DEFAULT-VALUE})")
        String inputDirectory = "";

        @Option(
                names = "--retain-jobs",
                paramLabel = "TIME",
                description = "delete jobs this long after they ended, such as 90s, 12h or 30d (default: keep them)")
        @Nullable
        String retainJobs;

        @Option(
                names = "--retain-files",
                paramLabel = "TIME",
                description = "delete uploads this long after their last use, such as 90s, 12h or 30d"
                        + " (default: keep them)")
        @Nullable
        String retainFiles;
    }

    static final class Limits {
        @Option(
                names = "--workers",
                paramLabel = "N",
                description = "jobs that run at once, and as many again on a cluster; others wait in order"
                        + " (default: number of processors)")
        @Nullable
        String workers;

        @Option(
                names = "--max-queued",
                defaultValue = "1000",
                paramLabel = "N",
                description = "maximum number of waiting jobs; further submissions get 429 (default: ${DEFAULT-VALUE})")
        String maxQueued = "";

        @Option(
                names = "--max-upload",
                defaultValue = "64G",
                paramLabel = "SIZE",
                description = "maximum size of an upload in bytes, with K, M, G or T (default: ${DEFAULT-VALUE})")
        String maxUpload = "";

        @Option(
                names = "--max-item-bytes",
                defaultValue = "1M",
                paramLabel = "SIZE",
                description = "maximum size of one item in bytes, up to 64M; longer items fail"
                        + " (default: ${DEFAULT-VALUE})")
        String maxItemBytes = "";

        @Option(
                names = "--min-data-rate",
                defaultValue = "240",
                paramLabel = "SIZE",
                description = "minimum bytes a second of a request or response body; slower clients are cut off;"
                        + " 0 for no minimum (default: ${DEFAULT-VALUE})")
        String minDataRate = "";

        @Option(
                names = "--idle-timeout",
                defaultValue = "30",
                paramLabel = "SECONDS",
                description = "time after which an idle connection is closed (default: ${DEFAULT-VALUE})")
        String idleTimeout = "";

        @Option(
                names = "--max-connections-per-source",
                defaultValue = "0",
                paramLabel = "N",
                description = "maximum open connections from one address; 0 for no limit (default: ${DEFAULT-VALUE})")
        String maxConnectionsPerSource = "";
    }

    static final class Security {
        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "file with the token that every request must carry, at least 16 characters, or with one"
                        + " name:role:token per line (roles: read, submit, admin); read again when it changes")
        @Nullable
        String tokenFile;

        @Option(
                names = "--tls-cert",
                paramLabel = "FILE",
                description =
                        "PEM file with the certificate chain for HTTPS; read again when it changes; needs --tls-key")
        @Nullable
        String tlsCert;

        @Option(
                names = "--tls-key",
                paramLabel = "FILE",
                description = "PEM file with the private key of the certificate, in PKCS#8 without a password")
        @Nullable
        String tlsKey;

        @Option(
                names = "--no-faults",
                fallbackValue = "true",
                description = "reject rehearsed failures: \"faults\" in a spec and POST /crash")
        boolean noFaults;

        @Option(
                names = "--allow-process-crash",
                fallbackValue = "true",
                description = "let POST /crash halt the whole service")
        boolean allowProcessCrash;
    }

    static final class Proxies {
        @Option(
                names = "--public-url",
                paramLabel = "URL",
                description = "what clients call the service, if a proxy is in front of it, such as"
                        + " https://example.org/jobs/")
        @Nullable
        String publicUrl;

        @Option(
                names = ServeCommand.TRUST_PROXY,
                split = ",",
                hideParamSyntax = true,
                paramLabel = "CIDR",
                description =
                        "address or block, such as 10.0.0.0/8, of proxies whose X-Forwarded-* or Forwarded headers"
                                + " count; repeatable")
        List<String> trusted = List.of();
    }

    static final class Processors {
        @Option(
                names = ServeCommand.HTTP_ALLOW,
                split = ",",
                hideParamSyntax = true,
                paramLabel = "HOST[:PORT]",
                description = "the only target that jobs may call; repeatable (default: every address while the service"
                        + " listens on loopback, otherwise public addresses)")
        List<String> httpAllow = List.of();

        @Option(
                names = "--secrets-file",
                paramLabel = "FILE",
                description = "secrets for the headers of HTTP calls, one NAME=value per line")
        @Nullable
        String secretsFile;

        @Option(
                names = "--command",
                split = "\n",
                hideParamSyntax = true,
                paramLabel = "NAME=PROGRAM[,ARGUMENT…]",
                description = "a program that jobs may run, by its absolute path; repeatable")
        List<String> commands = List.of();

        @Option(
                names = "--command-env",
                split = ",",
                hideParamSyntax = true,
                paramLabel = "NAME",
                description = "an environment variable that programs inherit, in addition to PATH, HOME, LANG, LC_ALL"
                        + " and TMPDIR; repeatable")
        List<String> commandEnvironment = List.of();

        @Option(names = "--plugins", paramLabel = "DIR", description = "directory with the jars of plugin processors")
        @Nullable
        String plugins;
    }

    static final class Cluster {
        @Option(
                names = "--flink-url",
                paramLabel = "URL",
                description = "REST address of an Apache Flink JobManager, for jobs with \"engine\": \"flink\"")
        @Nullable
        String url;

        @Option(
                names = "--flink-parallelism",
                paramLabel = "N",
                description = "maximum slots per job, up to 32768 (default: 256)")
        @Nullable
        String parallelism;

        @Option(
                names = "--flink-allow-process-crash",
                fallbackValue = "true",
                description = "let POST /crash kill a TaskManager; only for a cluster that no one else uses")
        boolean allowProcessCrash;
    }
}
