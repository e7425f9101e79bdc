package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what README's section on processors says, command by command, and gets what it shows. */
class ReadmeProcessorsIT {
    private static final Pattern BLOCK = Pattern.compile("```(sh|json)\n(.*?)```", Pattern.DOTALL);
    private static final String SERVE = "java -jar target/checkpoint-recovery.jar serve ";
    private static final List<String> LINKS = List.of("src", "target");
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path directory;

    @BeforeEach
    void linkTheProject() throws IOException {
        for (String name : LINKS) {
            Files.createSymbolicLink(directory.resolve(name), Path.of(name).toAbsolutePath());
        }
    }

    @AfterEach
    void unlinkTheProject() throws IOException {
        for (String name : LINKS) {
            Files.delete(directory.resolve(name));
        }
    }

    @Test
    void http() throws Exception {
        String section = section("http");
        Matcher secret = Pattern.compile("`(CITY_TOKEN=[^`]*)`").matcher(section);
        assertThat(secret.find()).isTrue();
        Files.writeString(directory.resolve("secrets.txt"), secret.group(1) + "\n");
        HttpServer cities = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cities.createContext("/cities", ReadmeProcessorsIT::answerAboutACity);
        cities.start();
        try {
            follow(section.replace(
                    "localhost:9000", "localhost:" + cities.getAddress().getPort()));
        } finally {
            cities.stop(0);
        }
    }

    @Test
    void command() throws Exception {
        follow(section("command"));
    }

    @Test
    void plugin() throws Exception {
        follow(section("plugin"));
    }

    private static void answerAboutACity(HttpExchange exchange) throws IOException {
        try (exchange) {
            String city = JSON.readTree(exchange.getRequestBody()).get("city").textValue();
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

    /** From the heading of the processor to the next. */
    private static String section(String processor) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String from = readme.substring(readme.indexOf("\n### " + processor + "\n") + 1);
        int end = from.indexOf("\n##");
        return from.substring(0, end);
    }

    private void follow(String section) throws Exception {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(section);
        while (matcher.find()) {
            blocks.add(matcher.group(2));
        }
        int serve = indexOf(blocks, SERVE);
        String setUp = blocks.get(serve);
        shell(setUp.substring(0, setUp.indexOf(SERVE)));
        int jobs;
        try (PackedJar jar = PackedJar.serve(directory, options(setUp))) {
            jobs = submit(blocks.subList(serve + 1, blocks.size()), jar.url());
        }
        assertThat(jobs).isPositive();
    }

    /** Commands that submit a job and what it makes, by turns. */
    private int submit(List<String> blocks, String url) throws Exception {
        int jobs = 0;
        try (Service service = new Service(url)) {
            String address = url.substring("http://".length());
            for (int i = 0; i < blocks.size(); i += 2) {
                String submitted = shell(blocks.get(i).replace("localhost:8080", address));
                JsonNode id = JSON.readTree(submitted).get("id");
                assertThat(id).as(submitted).isNotNull();
                service.awaitState(id.textValue(), "COMPLETED");
                String path = "/v1/jobs/" + id.textValue();
                String shown = blocks.get(i + 1);
                String errors = shown.contains("\"error\":") ? text(service, path + "/errors") : "";
                assertThat(text(service, path + "/results") + errors).isEqualTo(shown);
                jobs++;
            }
        }
        return jobs;
    }

    private static String text(Service service, String path) {
        return new String(service.http().get(path).asBytes().getBody(), UTF_8);
    }

    private static int indexOf(List<String> blocks, String text) {
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).contains(text)) {
                return i;
            }
        }
        throw new AssertionError("no block has: " + text);
    }

    /** The words as the shell sees them; the service does not run in the directory that they are relative to. */
    private String[] options(String setUp) throws Exception {
        String words = setUp.substring(setUp.indexOf(SERVE) + SERVE.length()).strip();
        return shell("printf '%s\\n' " + words)
                .lines()
                .map(word -> Files.exists(directory.resolve(word))
                        ? directory.resolve(word).toString()
                        : word)
                .toArray(String[]::new);
    }

    /** Runs commands where the project seems to be, and returns what they print. */
    private String shell(String commands) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-ec", commands).directory(directory.toFile());
        String tools = Path.of(System.getProperty("java.home"), "bin").toString();
        builder.environment().merge("PATH", tools, (path, own) -> own + File.pathSeparator + path);
        Path errors = directory.resolve("shell.log");
        Process shell = builder.redirectError(errors.toFile()).start();
        String output = new String(shell.getInputStream().readAllBytes(), UTF_8);
        assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(shell.exitValue()).as(commands + Files.readString(errors)).isZero();
        return output;
    }
}
