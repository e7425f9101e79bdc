package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the README and the pages of {@code src/docs}, and compares what they print with what is shown there. */
class DocumentationIT {
    private static final Pattern BLOCK = Pattern.compile("```(?:sh|json|text)\n(.*?)```", Pattern.DOTALL);
    private static final String SERVE = "java -jar target/checkpoint-recovery.jar serve ";
    private static final List<String> LINKS = List.of("src", "target");
    private static final Path README = Path.of("README.md");
    private static final Path DOCS = Path.of("src/docs");
    private static final JsonMapper JSON = new JsonMapper();

    /** Fields whose values differ from run to run. */
    private static final List<String> MEASURED = List.of("itemsPerSecond", "elapsedSeconds", "lastCheckpointAt");

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
        String section = section(DOCS.resolve("processors.md"), "## http");
        Matcher secret = Pattern.compile("`(CITY_TOKEN=[^`]*)`").matcher(section);
        assertThat(secret.find()).isTrue();
        Files.writeString(directory.resolve("secrets.txt"), secret.group(1) + "\n");
        HttpServer cities = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cities.createContext("/cities", DocumentationIT::answerAboutACity);
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
        follow(section(DOCS.resolve("processors.md"), "## command"));
    }

    @Test
    void plugin() throws Exception {
        follow(section(DOCS.resolve("processors.md"), "## plugin"));
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

    @Test
    void the_main_job() throws Exception {
        List<String> blocks = blocks(section(README, "## Quickstart"));
        Files.createDirectory(directory.resolve("data"));
        Files.copy(Path.of("data/sample_input.txt"), directory.resolve("data/sample_input.txt"));
        String run = blocks.get(0).substring(blocks.get(0).indexOf("java -jar"));
        assertThat(blocks.get(0)).startsWith("mvn -q -B -Dmaven.test.skip package && java -jar");
        assertThat(shell(run)).isEqualTo(blocks.get(1));
        assertThat(blocks.get(2)).isEqualTo("mvn -B verify\n");
    }

    @Test
    void the_tour() throws Exception {
        List<String> blocks = blocks(section(README, "### A tour in six commands"));
        Files.copy(Path.of("data/sample_input.txt"), directory.resolve("sample_input.txt"));
        assertThat(blocks.get(0)).isEqualTo(SERVE.strip() + "\n");
        String id;
        String results;
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            String address = service.url().substring("http://".length());
            String submission = blocks.get(1).substring(0, blocks.get(1).indexOf("id="));
            id = JSON.readTree(shell(submission.replace("localhost:8080", address)))
                    .get("id")
                    .textValue();
            service.awaitState(id, "CRASHED");
            String at = "id=" + id + "\n";
            assertThat(unmeasured(shell(at + blocks.get(2).replace("localhost:8080", address))))
                    .isEqualTo(unmeasured(blocks.get(3)));
            String printed = shell(at + blocks.get(4).replace("localhost:8080", address));
            results = text(service, "/v1/jobs/" + id + "/results");
            assertThat(results.lines()).hasSize(10);
            assertThat(printed).contains("event: end").endsWith(results);
            assertThat(blocks.get(5)).startsWith("kill -9").endsWith(SERVE.strip() + "\n");
            jar.kill();
        }
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            assertThat(text(service, "/v1/jobs/" + id + "/results")).isEqualTo(results);
        }
    }

    private static JsonNode unmeasured(String json) throws IOException {
        ObjectNode progress = (ObjectNode) JSON.readTree(json);
        MEASURED.forEach(field -> assertThat(progress.has(field)).as(field).isTrue());
        return progress.without(MEASURED);
    }

    @Test
    void csv() throws Exception {
        List<String> blocks = blocks(section(DOCS.resolve("formats.md"), "## CSV"));
        Files.writeString(directory.resolve("people.csv"), "id,name\r\n1,\"Zoë\r\nSmith\"\r\n2\r\n");
        assertThat(shell(blocks.get(0))).isEqualTo(blocks.get(1));
    }

    @Test
    void json_lines() throws Exception {
        Files.writeString(directory.resolve("in.txt"), "{\"id\":1}\n[2,3]\nnope\n");
        checkRun("## JSON Lines", "jsonl", "cat out.json.errors.jsonl");
    }

    @Test
    void raw_lines() throws Exception {
        Files.writeString(directory.resolve("in.txt"), " two  spaces \n\nend\n");
        checkRun("## Raw lines", "raw-lines", "");
    }

    private void checkRun(String heading, String format, String more) throws Exception {
        String run = "java -jar target/checkpoint-recovery.jar run --input in.txt --output out.json --format " + format
                + " >/dev/null\nsed '1d;$d' out.json\n";
        assertThat(shell(run + more))
                .isEqualTo(blocks(section(DOCS.resolve("formats.md"), heading)).get(0));
    }

    /** The links of the README and the pages lead somewhere. */
    @Test
    void links() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(README, Path.of("notes.md")));
        try (Stream<Path> files = Files.list(DOCS)) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        assertThat(pages).hasSizeGreaterThan(9);
        Pattern link = Pattern.compile("\\]\\(([^)#\\s]*)(#[^)\\s]*)?\\)");
        for (Path page : pages) {
            Matcher matcher = link.matcher(Files.readString(page));
            while (matcher.find()) {
                if (matcher.group(1).startsWith("http")) {
                    continue;
                }
                Path target = matcher.group(1).isEmpty() ? page : page.resolveSibling(matcher.group(1));
                assertThat(target).as("%s: %s", page, matcher.group()).exists();
                if (matcher.group(2) != null) {
                    assertThat(anchors(target))
                            .as("%s: %s", page, matcher.group())
                            .contains(matcher.group(2));
                }
            }
        }
    }

    private static List<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> "#"
                        + line.replaceFirst("#+ ", "")
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("[^a-z0-9 -]", "")
                                .replace(' ', '-'))
                .toList();
    }

    /** From a heading to the next one of its level, or of a higher one. */
    private static String section(Path page, String heading) throws IOException {
        String text = Files.readString(page);
        int from = text.indexOf("\n" + heading + "\n") + 1;
        assertThat(from).as("%s has %s", page, heading).isPositive();
        int level = heading.indexOf(' ');
        Matcher next = Pattern.compile("\n#{1," + level + "} ").matcher(text);
        return next.find(from) ? text.substring(from, next.start()) : text.substring(from);
    }

    private static List<String> blocks(String section) {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(section);
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        return blocks;
    }

    private void follow(String section) throws Exception {
        List<String> blocks = blocks(section);
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
