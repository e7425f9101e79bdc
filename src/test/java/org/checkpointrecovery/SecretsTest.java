package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.checkpointrecovery.processor.http.MisbehavingServer;
import org.checkpointrecovery.processor.http.TlsEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the secrets of a service go: to the endpoints that are called, and nowhere else, however much it logs. */
class SecretsTest {
    private static final String TOKEN = "zqxTokenThatNobodyMaySee31";
    private static final String PASSWORD = "zqxPasswordThatNobodyMaySee47";
    private static final String LOGIN = Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(ISO_8859_1));
    private static final String CALLBACK_KEY = "whsec_zqxKeyThatNobodyMaySeeInAnyLog59";

    private static final List<String> LOG_EVERYTHING = List.of(
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
            "-Dorg.slf4j.simpleLogger.log.org.checkpointrecovery=trace",
            "-Dorg.slf4j.simpleLogger.log.org.eclipse.jetty=trace",
            "-Dorg.slf4j.simpleLogger.log.io.javalin=trace");

    @TempDir
    Path directory;

    private static MisbehavingServer endpoint() {
        return MisbehavingServer.that((request, time, exchange) -> {
            switch (request.path()) {
                case "/redirect" -> exchange.answer(302, "", "Location: /elsewhere?" + request.header("authorization"));
                case "/fails" -> exchange.answer(500, "No, " + request.headers());
                case "/resets" -> exchange.reset();
                case "/rubbish" -> exchange.write("HTTP/9 " + request.header("x-login") + "\r\n\r\n");
                default -> exchange.answer(200, "You sent " + request.headers());
            }
        });
    }

    @Test
    void they_are_in_no_log_record_or_answer_whatever_the_endpoints_do() throws Exception {
        Path keys = Files.createDirectory(directory.resolve("trusted"));
        Path otherKeys = Files.createDirectory(directory.resolve("other"));
        Files.writeString(
                directory.resolve("secrets.txt"),
                "TOKEN=Bearer " + TOKEN + "\nLOGIN=Basic " + LOGIN + "\nCALLBACK_KEY=" + CALLBACK_KEY + "\n");
        Path data = directory.resolve("data");
        List<String> answers = new ArrayList<>();
        String log;
        try (MisbehavingServer server = endpoint();
                TlsEndpoint trusted = TlsEndpoint.start(keys);
                TlsEndpoint other = TlsEndpoint.start(otherKeys)) {
            List<String> options = new ArrayList<>(LOG_EVERYTHING);
            options.add("-Djavax.net.ssl.trustStore=" + trusted.keys());
            options.add("-Djavax.net.ssl.trustStorePassword=" + TlsEndpoint.PASSWORD);
            Map<String, String> urls = new LinkedHashMap<>();
            for (String path : List.of("ok", "fails", "redirect", "resets", "rubbish")) {
                urls.put(server.url() + path, path.equals("ok") ? "SUCCEEDED" : "ALL_FAILED");
            }
            urls.put("https://localhost:" + trusted.port() + "/", "SUCCEEDED");
            urls.put("https://localhost:" + other.port() + "/", "ALL_FAILED");
            try (PackedJar jar = PackedJar.startClasses(
                            directory,
                            options,
                            "serve",
                            "--port",
                            "0",
                            "--data",
                            data.toString(),
                            "--secrets-file",
                            directory.resolve("secrets.txt").toString());
                    Service service = new Service(jar.url())) {
                List<String> jobs = new ArrayList<>();
                for (String url : urls.keySet()) {
                    jobs.add(service.submit("""
                            {"input":{"items":["a","b"]},"callbackUrl":"%sredirect",
                             "processor":{"type":"http","url":"%s","maxAttempts":2,"concurrency":2,
                               "headers":{"Authorization":{"secret":"TOKEN"},"X-Login":{"secret":"LOGIN"}}}}""".formatted(server.url(), url)));
                }
                List<String> outcomes = new ArrayList<>(urls.values());
                for (int i = 0; i < jobs.size(); i++) {
                    JsonNode job = service.awaitState(jobs.get(i), "COMPLETED");
                    String errors = service.http()
                            .get("/v1/jobs/" + jobs.get(i) + "/errors")
                            .asString()
                            .getBody();
                    assertThat(job.at("/outcome").textValue())
                            .as("job %s with errors %s", job, errors)
                            .isEqualTo(outcomes.get(i));
                    for (String what : List.of("", "/results", "/errors", "/progress")) {
                        answers.add(service.http()
                                .get("/v1/jobs/" + jobs.get(i) + what)
                                .asString()
                                .getBody());
                    }
                }
                answers.add(service.http().get("/metrics").asString().getBody());
                log = jar.log();
            }
            assertThat(server.received())
                    .as("it was sent")
                    .anySatisfy(request ->
                            assertThat(request.header("authorization")).isEqualTo("Bearer " + TOKEN));
            assertThat(trusted.versions()).contains("HTTP/2.0");
            assertThat(other.versions()).isEmpty();
        }
        assertThat(log).as("the log says much").contains("DEBUG", "Job ");
        checkHasNone("the log", log);
        answers.forEach(answer -> checkHasNone("an answer", answer));
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                checkHasNone(file.toString(), new String(Files.readAllBytes(file), UTF_8));
            }
        }
    }

    private static void checkHasNone(String where, String text) {
        for (String secret : List.of(TOKEN, PASSWORD, LOGIN, CALLBACK_KEY)) {
            String found = text.lines()
                    .filter(line -> line.contains(secret))
                    .findFirst()
                    .orElse(null);
            assertThat(found).as("%s has a secret", where).isNull();
            // a log may show the beginning of what is sent, and half a secret is one too many
            String half = secret.substring(0, secret.length() / 2);
            found = text.lines().filter(line -> line.contains(half)).findFirst().orElse(null);
            assertThat(found).as("%s has half a secret", where).isNull();
        }
    }
}
