package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The files for Prometheus and Grafana: what they name exists. The two programs themselves are not run here. */
class MonitoringFilesTest {
    private static final Path MONITORING = Path.of("docker", "monitoring");
    private static final Pattern METRIC = Pattern.compile("(checkpoint_recovery|http_server|jvm|process)_[a-z_]+");

    @TempDir
    private Path directory;

    /** That they are valid, and fire when they should, is for {@code AlertRulesIT}. */
    @Test
    void prometheus_loads_alerts_on_metrics_that_the_service_has() throws Exception {
        YAMLMapper yaml = YAMLMapper.builder().build();
        var rules =
                yaml.readTree(MONITORING.resolve("prometheus.yaml").toFile()).get("rule_files");
        assertThat(rules).hasSize(1);
        Path file = MONITORING.resolve(rules.get(0).asString());
        Set<String> asked = new TreeSet<>();
        for (var rule : yaml.readTree(file.toFile()).at("/groups/0/rules")) {
            Matcher metric = METRIC.matcher(rule.get("expr").asString());
            while (metric.find()) {
                asked.add(metric.group());
            }
        }
        assertThat(asked).hasSizeGreaterThan(6);
        try (TestServer service = TestServer.in(directory).start()) {
            assertHas(service, asked);
        }
    }

    private static void assertHas(TestServer service, Set<String> metrics) {
        Await.until(
                "a request was measured",
                () -> service.client().get("/metrics").text(),
                text -> text.contains("http_server_requests"));
        String text = service.client().get("/metrics").text();
        assertThat(metrics).allSatisfy(metric -> assertThat(text).containsPattern("(?m)^" + metric + "[{ ]"));
    }

    @Test
    void the_dashboard_asks_for_metrics_that_the_service_has() throws Exception {
        JsonNode dashboard = new JsonMapper()
                .readTree(MONITORING
                        .resolve("grafana/dashboards/checkpoint-recovery.json")
                        .toFile());
        Set<String> asked = new TreeSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            String expression = panel.at("/targets/0/expr").textValue();
            Matcher metric = METRIC.matcher(expression);
            assertThat(metric.find()).as(expression).isTrue();
            asked.add(metric.group());
        }
        try (TestServer service = TestServer.in(directory).start()) {
            service.client().complete("{\"input\":{\"items\":[\"a\"]}}");
            assertThat(asked).hasSizeGreaterThan(8);
            assertHas(service, asked);
        }
    }

    @Test
    void all_files_are_yaml_and_compose_mounts_what_is_there() throws Exception {
        YAMLMapper yaml = YAMLMapper.builder().build();
        try (Stream<Path> files = Files.walk(MONITORING)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                assertThat(yaml.readTree(file.toFile()).isObject())
                        .as(file.toString())
                        .isTrue();
            }
        }
        var compose = yaml.readTree(Path.of("docker", "compose.yaml").toFile());
        int mounted = 0;
        for (var service : compose.get("services")) {
            for (var volume : service.path("volumes")) {
                String source = volume.asString().substring(0, volume.asString().indexOf(':'));
                if (source.startsWith(".")) {
                    assertThat(Path.of("docker").resolve(source)).exists();
                    mounted++;
                } else {
                    assertThat(compose.get("volumes").has(source)).as(source).isTrue();
                }
            }
        }
        assertThat(mounted).isEqualTo(9);
    }
}
