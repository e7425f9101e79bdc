package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kong.unirest.core.HttpResponse;
import kong.unirest.core.Unirest;
import kong.unirest.core.UnirestException;
import kong.unirest.core.UnirestInstance;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Somebody who follows a page: runs its commands in a directory with the jar and the sample input, keeps the id of the job that
 * was submitted last, and gives jobs the time to finish before the next commands. A service that a page starts runs until the page
 * starts another one; a page that expects one gets the default one.
 */
final class DocumentationReader implements AutoCloseable, Leftovers.Part {
    private static final String ADDRESS = "localhost:8080";
    private static final String ENDPOINT = "localhost:9000";
    private static final String SERVE = "java -jar target/checkpoint-recovery.jar serve";
    private static final Pattern SERVES = Pattern.compile("^" + Pattern.quote(SERVE) + "\\b", Pattern.MULTILINE);
    private static final Pattern KEEPS_ID = Pattern.compile("^id=\\S+$", Pattern.MULTILINE);
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Set<String> ACTIVE = Set.of("QUEUED", "RUNNING", "PAUSING", "CANCELLING");
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> LINKS = List.of("src", "target");

    /** A request to the endpoint's {@code /callbacks}. */
    record Callback(Headers headers, String body) {}

    private final BlockingQueue<Callback> callbacks = new LinkedBlockingQueue<>();
    private final Path directory;
    private final HttpServer endpoint;
    private final UnirestInstance http = Unirest.spawnInstance();
    private String id = "";

    @Nullable
    private Process service;

    private String address = ADDRESS;

    DocumentationReader(Path directory) throws IOException {
        this.directory = directory;
        for (String name : LINKS) {
            Files.createSymbolicLink(directory.resolve(name), Path.of(name).toAbsolutePath());
        }
        Files.createDirectory(directory.resolve("data"));
        Files.copy(Path.of("data/sample_input.txt"), directory.resolve("data/sample_input.txt"));
        Files.createDirectory(directory.resolve("bin"));
        Files.writeString(directory.resolve("bin/.curlrc"), "fail-with-body\n");
        program("mvn", "case \"$*\" in '-q -B -Dmaven.test.skip package' | '-B verify') ;; *) exit 1 ;; esac");
        program("pgrep", "[ \"$*\" = '-f checkpoint-recovery.jar serve' ] && cat service.pid");
        endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endpoint.createContext("/cities", DocumentationReader::answerAboutACity);
        endpoint.createContext("/callbacks", this::keepCallback);
        endpoint.start();
        Leftovers.started(this);
    }

    /** Stands in for a program: the jar is built already, and only one service may be found and killed. */
    private void program(String name, String script) throws IOException {
        Path file = directory.resolve("bin").resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static void answerAboutACity(HttpExchange exchange) throws IOException {
        try (exchange) {
            String city = JSON.readTree(exchange.getRequestBody()).get("city").stringValue();
            boolean authorized =
                    List.of("Bearer 5f2c77").equals(exchange.getRequestHeaders().get("Authorization"));
            boolean known = !city.equals("Atlantis");
            byte[] body = (known
                            ? "{\"city\":\"" + city + "\",\"letters\":" + city.length() + "}"
                            : "{\"error\": \"no such city\"}")
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(authorized ? known ? 200 : 404 : 401, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void keepCallback(HttpExchange exchange) throws IOException {
        try (exchange) {
            callbacks.add(new Callback(
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    /** The next callback that the endpoint receives. */
    Callback callback() throws InterruptedException {
        Callback callback = callbacks.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(callback).as("a callback in time").isNotNull();
        return requireNonNull(callback);
    }

    /**
     * Runs a block of commands, and returns what they print. Commands that start a service are the last of their block; what it
     * prints is its first line.
     *
     * @param mayFail whether the last command may fail, because the page shows what it prints then
     */
    String run(String commands, boolean mayFail) throws Exception {
        Matcher serves = SERVES.matcher(commands);
        if (serves.find()) {
            String printed = shell(commands.substring(0, serves.start()), false);
            stopService();
            return printed + serve(commands.substring(serves.start()));
        }
        if (service == null && commands.contains(ADDRESS)) {
            serve(SERVE);
        }
        Matcher keepsId = KEEPS_ID.matcher(commands);
        if (keepsId.find()) {
            String printed = shell(commands.substring(0, keepsId.start()), false);
            Matcher submitted = ID.matcher(printed);
            assertThat(submitted.find()).as(printed).isTrue();
            id = submitted.group(1);
            awaitJobs();
            return printed + run(commands.substring(keepsId.end() + 1), mayFail);
        }
        String printed = commands.isEmpty() ? "" : shell(commands, mayFail);
        awaitJobs();
        return printed;
    }

    private String serve(String command) throws IOException {
        assertThat(command.strip().replace("\\\n", "")).doesNotContain("\n");
        service = builder("exec " + command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        Files.writeString(directory.resolve("service.pid"), service.pid() + "\n");
        String ready = new BufferedReader(new InputStreamReader(service.getInputStream(), UTF_8)).readLine();
        assertThat(ready).as(Files.readString(log())).matches("READY https?://.*");
        address = "localhost:" + requireNonNull(ready).substring(ready.lastIndexOf(':') + 1);
        return ready + "\n";
    }

    /** Waits until no job has anything to do, except jobs that are slow on purpose. */
    private void awaitJobs() throws IOException {
        Await.until("no job is active", () -> service == null || !service.isAlive() || !hasActiveJobs());
    }

    private boolean hasActiveJobs() {
        HttpResponse<String> answer;
        try {
            answer = http.get("http://" + address + "/v1/jobs").asString();
        } catch (UnirestException e) {
            return true; // the page has killed the service, which is about to end
        }
        for (JsonNode job : JSON.readTree(answer.getBody()).path("jobs")) {
            boolean slow = job.at("/spec/faults/itemDelayMillis").asInt(0) > 0;
            if (!slow && ACTIVE.contains(job.get("state").stringValue())) {
                return true;
            }
        }
        return false;
    }

    private String shell(String commands, boolean mayFail) throws Exception {
        Process shell = builder(commands)
                .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        String output = new String(shell.getInputStream().readAllBytes(), UTF_8);
        assertThat(shell.waitFor(1, TimeUnit.MINUTES)).as(commands).isTrue();
        if (!mayFail) {
            assertThat(shell.exitValue())
                    .as("%s\nprints\n%s%s", commands, output, Files.readString(log()))
                    .isZero();
        }
        return output;
    }

    private ProcessBuilder builder(String commands) {
        String addressed = commands.replace(ADDRESS, address)
                .replace(ENDPOINT, "localhost:" + endpoint.getAddress().getPort());
        ProcessBuilder builder = new ProcessBuilder("bash", "-ec", addressed).directory(directory.toFile());
        String tools = directory.resolve("bin") + File.pathSeparator + Path.of(System.getProperty("java.home"), "bin");
        builder.environment().merge("PATH", tools, (path, own) -> own + File.pathSeparator + path);
        builder.environment()
                .putAll(Map.of(
                        "CHECKPOINT_RECOVERY_PORT",
                        "0",
                        "CURL_HOME",
                        directory.resolve("bin").toString(),
                        "JDK_JAVA_OPTIONS",
                        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m",
                        "id",
                        id));
        return builder;
    }

    private Path log() {
        return directory.resolve("errors.log");
    }

    private void stopService() throws InterruptedException {
        if (service != null) {
            service.destroy();
            int unused = Await.end(service);
            service = null;
        }
    }

    @Override
    public void close() throws IOException {
        if (service != null) {
            List<ProcessHandle> descendants = service.descendants().toList();
            service.destroyForcibly().onExit().join();
            descendants.forEach(ProcessHandle::destroyForcibly);
            descendants.forEach(descendant -> descendant.onExit().join());
        }
        endpoint.stop(0);
        http.close();
        for (String name : LINKS) {
            Files.delete(directory.resolve(name));
        }
        Leftovers.closed(this);
    }
}
