package org.checkpointrecovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A session cluster of Apache Flink on loopback: a JobManager and TaskManagers, each a process of its own. Their class path is
 * Flink and what Flink needs; the service and its libraries come to them from the service alone. Used by one thread.
 */
public final class FlinkProcesses implements AutoCloseable {
    private static final int SHOWN_OF_A_LOG = 3000;
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path CLASS_PATHS = Path.of("target/flink-classpath");
    private static final Path SHIPPED = Path.of("docker/flink/config.yaml");
    /** The shipped settings that do not depend on the machine. */
    private static final Pattern TIMES = Pattern.compile("scheduler|heartbeat|timeout|refresh-interval");
    /** Some 40 MB less for each of them, and no more threads than the machine has use for. */
    private static final List<String> JVM_OPTIONS = List.of("-XX:+UseSerialGC", "-XX:-UsePerfData");
    /** A TaskManager does not start without them. The options of its JVM are their sums. */
    private static final Map<String, String> TASK_MANAGER_MEMORY = Map.of(
            "taskmanager.memory.framework.heap.size", "128m",
            "taskmanager.memory.framework.off-heap.size", "128m",
            "taskmanager.memory.task.heap.size", "256m",
            "taskmanager.memory.task.off-heap.size", "0m",
            "taskmanager.memory.managed.size", "0m",
            "taskmanager.memory.network.min", "64m",
            "taskmanager.memory.network.max", "64m",
            "taskmanager.memory.jvm-metaspace.size", "256m",
            "taskmanager.memory.jvm-overhead.min", "192m",
            "taskmanager.memory.jvm-overhead.max", "192m");

    private final Path directory;
    private final int restPort;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final List<Process> started = new CopyOnWriteArrayList<>();
    private final Thread atExit = new Thread(() -> started.forEach(Process::destroyForcibly));
    private final List<TaskManager> taskManagers = new ArrayList<>();
    private @Nullable Process jobManager;
    private int taskManagersStarted;

    private FlinkProcesses(Path directory, int restPort) {
        this.directory = directory;
        this.restPort = restPort;
    }

    /** A process that works on jobs. */
    public record TaskManager(String name, Process process) {
        /** As {@code kill -9} does. */
        public void kill() {
            FlinkProcesses.kill(process);
        }
    }

    /**
     * Starts a JobManager, on ports that it keeps.
     *
     * @param directory for all that the cluster writes
     * @param slots of each TaskManager
     * @param settings of Flink, instead of those of docker/flink or beside them
     */
    public static FlinkProcesses start(Path directory, int slots, Map<String, String> settings) throws IOException {
        Path conf = Files.createDirectories(directory.resolve("conf"));
        for (String name : List.of("tmp", "upload", "logs")) {
            Files.createDirectories(directory.resolve(name));
        }
        List<Integer> ports = freePorts();
        Map<String, String> all = new TreeMap<>();
        all.putAll(Map.of(
                "jobmanager.rpc.address", "127.0.0.1",
                "jobmanager.rpc.port", String.valueOf(ports.get(0)),
                "jobmanager.bind-host", "127.0.0.1",
                "taskmanager.bind-host", "127.0.0.1",
                "taskmanager.host", "127.0.0.1",
                "rest.address", "127.0.0.1",
                "rest.bind-address", "127.0.0.1",
                "rest.port", String.valueOf(ports.get(1)),
                "web.upload.dir", directory.resolve("upload").toString(),
                "io.tmp.dirs", directory.resolve("tmp").toString()));
        all.putAll(shippedSettings());
        all.putAll(Map.of("taskmanager.cpu.cores", "1.0", "taskmanager.numberOfTaskSlots", String.valueOf(slots)));
        all.putAll(TASK_MANAGER_MEMORY);
        all.putAll(settings);
        StringBuilder lines = new StringBuilder();
        all.forEach(
                (name, value) -> lines.append(name).append(": ").append(value).append('\n'));
        Files.writeString(conf.resolve("config.yaml"), lines);
        FlinkProcesses cluster = new FlinkProcesses(directory, ports.get(1));
        Runtime.getRuntime().addShutdownHook(cluster.atExit);
        cluster.startJobManager();
        return cluster;
    }

    private static Map<String, String> shippedSettings() throws IOException {
        Map<String, String> settings = new TreeMap<>();
        for (String line : Files.readAllLines(SHIPPED)) {
            String[] setting = line.split(": ", 2);
            if (setting.length == 2 && TIMES.matcher(setting[0]).find() && !line.startsWith("#")) {
                settings.put(setting[0], setting[1]);
            }
        }
        return settings;
    }

    private static List<Integer> freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket other = new ServerSocket(0, 1, loopback)) {
            return List.of(one.getLocalPort(), other.getLocalPort());
        }
    }

    /** Of the REST API. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + restPort);
    }

    /** Begins a JobManager, on the ports of the one before. */
    public void startJobManager() throws IOException {
        jobManager = java(
                "jobmanager",
                Map.of(),
                // where the main method of a job runs, Flink looks into collections to find out how to send them
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint");
    }

    public void killJobManager() {
        if (jobManager != null) {
            kill(jobManager);
        }
    }

    /** Begins a TaskManager; {@link #awaitSlots} tells when it is there. */
    public TaskManager startTaskManager(Map<String, String> environment) throws IOException {
        taskManagersStarted++;
        String name = "taskmanager-" + taskManagersStarted;
        Process process = java(
                name,
                environment,
                "-Xms384m",
                "-Xmx384m",
                "-XX:MaxDirectMemorySize=192m",
                "-XX:MaxMetaspaceSize=256m",
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                "-D",
                "taskmanager.resource-id=" + name);
        TaskManager taskManager = new TaskManager(name, process);
        taskManagers.add(taskManager);
        return taskManager;
    }

    /** Those whose processes live. */
    public List<TaskManager> taskManagers() {
        return taskManagers.stream()
                .filter(taskManager -> taskManager.process.isAlive())
                .toList();
    }

    private Process java(String name, Map<String, String> environment, String... optionsAndProgram) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.add("-Djava.io.tmpdir=" + directory.resolve("tmp"));
        command.addAll(List.of("-cp", classPath()));
        command.addAll(List.of(optionsAndProgram));
        command.addAll(List.of("--configDir", directory.resolve("conf").toString()));
        File log = directory.resolve("logs").resolve(name + ".log").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static String classPath() throws IOException {
        try (Stream<Path> files = Files.list(CLASS_PATHS)) {
            List<String> parts = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                parts.add(Files.readString(file).strip());
            }
            return String.join(File.pathSeparator, parts);
        }
    }

    private static void kill(Process process) {
        process.destroyForcibly();
        try {
            int unused = Await.end(process);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the JobManager answers and knows so many slots, taken or not. */
    public void awaitSlots(int slots) throws IOException, InterruptedException {
        await("/overview", overview -> overview.path("slots-total").intValue() == slots);
    }

    /** Waits until so many slots are there and no task is in any of them. */
    public void awaitFreeSlots(int slots) throws IOException, InterruptedException {
        await(
                "/overview",
                overview -> overview.path("slots-total").intValue() == slots
                        && overview.path("slots-available").intValue() == slots);
    }

    /** Waits until a job runs that has so many tasks, all of which run. */
    public void awaitTasks(int tasks) throws IOException, InterruptedException {
        await(
                "/jobs/overview",
                overview -> overview.path("jobs").findParents("tasks").stream()
                        .map(job -> job.path("tasks"))
                        .anyMatch(counts -> counts.path("running").intValue() == tasks
                                && counts.path("total").intValue() == tasks));
    }

    /** Waits until the JobManager answers as it should. */
    public void await(String path, Predicate<JsonNode> condition) throws IOException, InterruptedException {
        try {
            Await.until(
                    path, () -> answer(path), answer -> answer.filter(condition).isPresent());
        } catch (AssertionError e) {
            throw new IOException("The logs end so:\n" + endOfLogs(), e);
        }
    }

    private Optional<JsonNode> answer(String path) throws InterruptedException {
        try {
            return Optional.of(JSON.readTree(text(path)));
        } catch (IOException e) {
            return Optional.empty(); // it is not there yet, or not any more
        }
    }

    /** What the REST API answers, whatever the status is. */
    public String text(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    /** Ids of the jobs that the JobManager knows, ended or not. */
    public List<String> jobs() throws IOException, InterruptedException {
        List<String> ids = new ArrayList<>();
        for (JsonNode job : JSON.readTree(text("/jobs")).path("jobs")) {
            ids.add(job.path("id").asText());
        }
        return ids;
    }

    private String endOfLogs() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("logs"))) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.sorted().toList()) {
                String log = Files.readString(file);
                all.append("--- ").append(file.getFileName()).append('\n');
                all.append(log.substring(Math.max(0, log.length() - SHOWN_OF_A_LOG)));
            }
            return all.toString();
        }
    }

    /** What all processes that live have used. */
    public Duration cpuTime() {
        return started.stream()
                .filter(Process::isAlive)
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        for (Process process : started) {
            process.destroyForcibly();
        }
        for (Process process : started) {
            kill(process);
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
