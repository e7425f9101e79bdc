package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The files for a cluster agree with each other and with the service: same volume, same paths, same user, names that exist.
 * Docker, Kubernetes and Flink themselves are not run here.
 */
class ClusterFilesTest {
    private static final Path DOCKER = Path.of("docker");
    private static final Path MANIFESTS = DOCKER.resolve("kubernetes");
    private static final Path FLINK_OVERLAY = DOCKER.resolve("kubernetes-flink");
    private static final String USER = "10001";
    private static final Pattern VARIABLE = Pattern.compile("CHECKPOINT_RECOVERY_[A-Z_]+");
    private static final Pattern OPTION = Pattern.compile("names = (?:\\{\"-[a-z]\", )?\"--([a-z-]+)\"");
    private static final Pattern SIZE = Pattern.compile("(\\d+)m");
    private static final YAMLMapper YAML = YAMLMapper.builder().build();

    @Test
    void all_documents_are_objects_and_those_for_kubernetes_say_what_they_are() throws Exception {
        List<String> kinds = new ArrayList<>();
        for (JsonNode document : manifests()) {
            assertThat(document.path("apiVersion").asString()).isNotEmpty();
            assertThat(document.at("/metadata/name").asString()).startsWith("checkpoint-recovery");
            kinds.add(document.path("kind").asString());
        }
        assertThat(kinds)
                .containsExactlyInAnyOrder(
                        "PersistentVolumeClaim", "Service", "StatefulSet", "FlinkDeployment", "NetworkPolicy");
        assertThat(flinkConfiguration().isObject()).isTrue();
    }

    @Test
    void the_plain_service_is_one_file_of_built_in_resources_and_knows_no_cluster() throws Exception {
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            assertThat(files.filter(Files::isRegularFile))
                    .containsExactlyInAnyOrder(
                            MANIFESTS.resolve("checkpoint-recovery.yaml"), MANIFESTS.resolve("kustomization.yaml"));
        }
        for (JsonNode document : documents(MANIFESTS.resolve("checkpoint-recovery.yaml"))) {
            assertThat(document.path("apiVersion").asString()).isIn("v1", "apps/v1");
            if (document.path("kind").asString().equals("PersistentVolumeClaim")) {
                assertThat(strings(document.at("/spec/accessModes"))).containsExactly("ReadWriteOnce");
            }
        }
        assertThat(Files.readString(MANIFESTS.resolve("checkpoint-recovery.yaml")))
                .doesNotContain("CHECKPOINT_RECOVERY_FLINK");
    }

    @Test
    void the_overlay_changes_documents_and_a_container_that_the_plain_service_has() throws Exception {
        for (String kind : List.of("PersistentVolumeClaim", "StatefulSet")) {
            JsonNode plain = document(kind);
            JsonNode patch = patch(kind);
            assertThat(patch.path("apiVersion")).isEqualTo(plain.path("apiVersion"));
            assertThat(patch.at("/metadata/name")).isEqualTo(plain.at("/metadata/name"));
        }
        String container = "/spec/template/spec/containers/0/name";
        assertThat(patch("StatefulSet").at(container))
                .isEqualTo(document("StatefulSet").at(container));
    }

    @Test
    void the_image_and_what_runs_it_allow_rehearsed_failures_only_when_told_to() throws Exception {
        assertThat(dockerfile()).contains("CHECKPOINT_RECOVERY_NO_FAULTS=true ");
        assertThat(compose()
                        .at("/services/service/environment/CHECKPOINT_RECOVERY_NO_FAULTS")
                        .asString())
                .isEqualTo("${NO_FAULTS:-true}");
        assertThat(Files.readString(DOCKER.resolve("systemd/checkpoint-recovery.service")))
                .contains("\nEnvironment=CHECKPOINT_RECOVERY_NO_FAULTS=true\n");
    }

    /** The layer of the dependencies is used again while the pom stays as it is. */
    @Test
    void the_image_is_built_offline_once_the_dependencies_are_there() throws Exception {
        String dockerfile = dockerfile();
        int dependencies = dockerfile.indexOf("&& mvn -q -B $MVN_FLAGS -Dmaven.test.skip package");
        int sources = dockerfile.indexOf("COPY src src");
        int build = dockerfile.indexOf("RUN mvn -q -B -o $MVN_FLAGS -Dmaven.test.skip package");
        assertThat(dependencies).isPositive();
        assertThat(sources).isGreaterThan(dependencies);
        assertThat(build).isGreaterThan(sources);
        assertThat(dockerfile.substring(0, dependencies))
                .contains("COPY pom.xml ./")
                .doesNotContain("COPY src");
    }

    @Test
    void compose_starts_a_cluster_only_with_its_profile() throws Exception {
        JsonNode services = compose().get("services");
        List<String> ofTheProfile = new ArrayList<>();
        services.properties().forEach(service -> {
            if (strings(service.getValue().path("profiles")).contains("cluster")) {
                ofTheProfile.add(service.getKey());
            }
        });
        assertThat(ofTheProfile).containsExactlyInAnyOrder("jobmanager", "taskmanager");
        assertThat(services.at("/taskmanager/deploy/replicas").asInt()).isEqualTo(2);
        assertThat(services.at("/service/profiles").isMissingNode()).isTrue();
        assertThat(services.at("/service/depends_on").isMissingNode()).isTrue();
        assertThat(services.at("/service/environment/CHECKPOINT_RECOVERY_FLINK_URL")
                        .asString())
                .isEqualTo("${FLINK_URL:-}");
    }

    @Test
    void whatever_runs_commands_has_a_first_process_that_waits_for_orphans() throws Exception {
        assertThat(dockerfile())
                .contains(
                        "FROM debian:12",
                        "apt-get install --yes --no-install-recommends tini ",
                        "ENTRYPOINT [\"/usr/bin/tini\", \"--\", \"/opt/entrypoint.sh\"]");
        assertThat(Files.readString(DOCKER.resolve("entrypoint.sh"))).contains("exec /opt/java/bin/java ");
        JsonNode services = compose().get("services");
        assertThat(services.at("/service/entrypoint").isMissingNode()).isTrue();
        assertThat(document("StatefulSet")
                        .at("/spec/template/spec/containers/0/command")
                        .isMissingNode())
                .isTrue();
        assertThat(services.at("/taskmanager/init").asBoolean()).isTrue();
        assertThat(document("FlinkDeployment")
                        .at("/spec/podTemplate/spec/shareProcessNamespace")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void every_java_reads_and_writes_the_names_of_files_in_utf_8() throws Exception {
        assertThat(dockerfile()).contains("ENV LC_ALL=C.UTF-8 ");
        JsonNode services = compose().get("services");
        assertThat(services.at("/service/environment/LC_ALL").isMissingNode()).isTrue();
        for (String name : List.of("jobmanager", "taskmanager")) {
            assertThat(services.at("/" + name + "/environment/LC_ALL").asString())
                    .isEqualTo("C.UTF-8");
        }
        JsonNode flink = document("FlinkDeployment").at("/spec/podTemplate/spec/containers/0/env/0");
        assertThat(flink.path("name").asString()).isEqualTo("LC_ALL");
        assertThat(flink.path("value").asString()).isEqualTo("C.UTF-8");
    }

    @Test
    void the_service_and_the_cluster_see_the_same_files_at_the_same_paths_as_the_same_user() throws Exception {
        JsonNode services = compose().get("services");
        List<String> shared = strings(services.at("/service/volumes"));
        assertThat(shared).containsExactlyInAnyOrder("data:/data", "../data:/input:ro");
        assertThat(dockerfile())
                .contains(
                        "useradd --uid " + USER + " ",
                        "groupadd --gid " + USER + " ",
                        "CHECKPOINT_RECOVERY_DATA=/data/service",
                        "CHECKPOINT_RECOVERY_INPUT_DIR=/input");
        for (String name : List.of("jobmanager", "taskmanager")) {
            JsonNode process = services.get(name);
            assertThat(strings(process.get("volumes")))
                    .as(name)
                    .containsAll(shared)
                    .contains("./flink:/opt/flink/conf:ro");
            assertThat(process.path("user").asString()).as(name).isEqualTo(USER + ":" + USER);
        }
        for (String file : List.of("config.yaml", "log4j-console.properties")) {
            assertThat(DOCKER.resolve("flink").resolve(file)).isRegularFile();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobmanager", "taskmanager"})
    void a_process_of_the_cluster_may_do_no_more_than_the_service_and_is_reached_by_nobody_else(String name)
            throws Exception {
        JsonNode services = compose().get("services");
        JsonNode process = services.get(name);
        for (String property : List.of("restart", "read_only", "tmpfs", "cap_drop", "security_opt")) {
            assertThat(process.path(property)).as(property).isEqualTo(services.at("/service/" + property));
        }
        assertThat(process.has("ports")).isFalse();
        assertThat(strings(process.get("networks"))).containsExactly("cluster");
        for (var other : services.properties()) {
            boolean inTheCluster = strings(other.getValue().path("networks")).contains("cluster");
            assertThat(inTheCluster)
                    .as(other.getKey())
                    .isEqualTo(Set.of("service", "jobmanager", "taskmanager").contains(other.getKey()));
        }
        assertThat(process.path("image").asString())
                .isEqualTo(document("FlinkDeployment").at("/spec/image").asString())
                .startsWith("flink:2.3.0-java17");
    }

    @Test
    void the_cluster_starts_when_what_it_needs_is_there() throws Exception {
        JsonNode services = compose().get("services");
        JsonNode flink = flinkConfiguration();
        URI probe = URI.create(services.at("/jobmanager/healthcheck/test")
                .get(services.at("/jobmanager/healthcheck/test").size() - 1)
                .asString());
        assertThat(probe.getPort()).isEqualTo(flink.path("rest.port").asInt());
        assertThat(flink.path("jobmanager.rpc.address").asString()).isEqualTo("jobmanager");
        assertThat(services.at("/jobmanager/depends_on/service/condition").asString())
                .isEqualTo("service_healthy");
        assertThat(services.at("/taskmanager/depends_on/jobmanager/condition").asString())
                .isEqualTo("service_healthy");
        assertThat(Files.readString(DOCKER.resolve("compose.yaml")))
                .contains("FLINK_URL=http://jobmanager:" + probe.getPort() + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobmanager", "taskmanager"})
    void flink_takes_less_memory_than_its_container_has(String name) throws Exception {
        int process = megabytes(
                flinkConfiguration().path(name + ".memory.process.size").asString());
        int container =
                megabytes(compose().at("/services/" + name + "/mem_limit").asString());
        // /tmp is in memory too, and Flink unpacks 24 MB there.
        assertThat(container - process).isBetween(64, 256);
    }

    @Test
    void flink_is_set_up_alike_in_compose_and_in_kubernetes() throws Exception {
        JsonNode compose = flinkConfiguration();
        JsonNode kubernetes = document("FlinkDeployment").at("/spec/flinkConfiguration");
        assertThat(kubernetes.size()).isGreaterThan(10);
        for (var setting : kubernetes.properties()) {
            assertThat(compose.path(setting.getKey()).asString())
                    .as(setting.getKey())
                    .isEqualTo(setting.getValue().asString());
        }
        assertThat(compose.path("web.submit.enable").asString()).isEqualTo("true");
        assertThat(compose.path("web.upload.dir").asString()).startsWith("/data/");
        assertThat(kubernetes.propertyNames())
                .containsAll(compose.propertyNames().stream()
                        .filter(name -> name.contains("scheduler"))
                        .toList());
        assertThat(compose.path("jobmanager.scheduler").asString()).isEqualTo("adaptive");
    }

    @Test
    void the_log_of_flink_goes_to_the_console_alone() throws Exception {
        Properties log = new Properties();
        log.load(new StringReader(Files.readString(DOCKER.resolve("flink").resolve("log4j-console.properties"))));
        assertThat(log.getProperty("rootLogger.appenderRef.console.ref"))
                .isNotNull()
                .isEqualTo(log.getProperty("appender.console.name"));
        assertThat(log.stringPropertyNames().stream().filter(name -> name.matches("appender\\.[a-z]+\\.type")))
                .containsExactly("appender.console.type");
    }

    @Test
    void probes_ask_for_paths_that_the_service_has_at_a_port_that_is_named() throws Exception {
        JsonNode paths = YAML.readTree(Path.of("openapi.yaml").toFile()).get("paths");
        JsonNode container = document("StatefulSet").at("/spec/template/spec/containers/0");
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            JsonNode get = container.path(probe).path("httpGet");
            assertThat(paths.has(get.path("path").asString())).as(probe).isTrue();
            assertThat(get.path("port").asString())
                    .isEqualTo(container.at("/ports/0/name").asString());
        }
        assertThat(container.at("/readinessProbe/httpGet/path").asString()).isEqualTo("/readyz");
        assertThat(container.at("/livenessProbe/httpGet/path").asString()).isEqualTo("/livez");
        assertThat(dockerfile())
                .contains("CHECKPOINT_RECOVERY_PORT="
                        + container.at("/ports/0/containerPort").asInt() + " ");
        assertThat(document("Service").at("/spec/ports/0/targetPort").asString())
                .isEqualTo(container.at("/ports/0/name").asString());
    }

    @Test
    void selectors_select_the_pods_that_are_meant() throws Exception {
        JsonNode set = document("StatefulSet");
        JsonNode labels = set.at("/spec/template/metadata/labels");
        assertThat(labels.size()).isPositive();
        assertThat(set.at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(document("Service").at("/spec/selector")).isEqualTo(labels);
        assertThat(set.at("/spec/serviceName")).isEqualTo(document("Service").at("/metadata/name"));
        assertThat(set.at("/spec/replicas").asInt()).isEqualTo(1);

        JsonNode policy = document("NetworkPolicy").get("spec");
        // The operator labels the pods of a FlinkDeployment with app and its name.
        JsonNode flink = document("FlinkDeployment").at("/metadata/name");
        assertThat(policy.at("/podSelector/matchLabels/app")).isEqualTo(flink);
        assertThat(policy.at("/ingress/0/from/0/podSelector/matchLabels/app")).isEqualTo(flink);
        assertThat(policy.at("/ingress/1/from/0/podSelector/matchLabels")).isEqualTo(labels);
        assertThat(policy.at("/ingress/1/ports/0/port").asInt())
                .isEqualTo(flinkUrl().getPort());
    }

    @Test
    void the_service_finds_the_cluster_by_the_name_that_the_operator_gives_it() throws Exception {
        assertThat(flinkUrl().getHost())
                .isEqualTo(document("FlinkDeployment").at("/metadata/name").asString() + "-rest");
        assertThat(flinkUrl().getPort()).isEqualTo(8081);
        assertThat(document("FlinkDeployment").at("/spec/flinkVersion").asString())
                .isEqualTo("v2_3");
        assertThat(document("FlinkDeployment").at("/spec/job").isMissingNode()).isTrue();
    }

    @Test
    void pods_share_one_claim_at_one_path_as_one_user() throws Exception {
        JsonNode claim = document("PersistentVolumeClaim");
        assertThat(strings(patch("PersistentVolumeClaim").at("/spec/accessModes")))
                .containsExactly("ReadWriteMany");
        for (JsonNode pod : pods()) {
            JsonNode container = pod.at("/containers/0");
            Set<String> declared = new TreeSet<>();
            pod.get("volumes")
                    .forEach(volume -> declared.add(volume.path("name").asString()));
            Set<String> mounted = new TreeSet<>();
            String dataPath = "";
            for (JsonNode mount : container.get("volumeMounts")) {
                mounted.add(mount.path("name").asString());
                if (mount.path("name").asString().equals("data")) {
                    dataPath = mount.path("mountPath").asString();
                }
            }
            assertThat(mounted).isEqualTo(declared).contains("data", "tmp");
            assertThat(dataPath).isEqualTo("/data");
            assertThat(pod.at("/volumes/0/name").asString()).isEqualTo("data");
            assertThat(pod.at("/volumes/0/persistentVolumeClaim/claimName")).isEqualTo(claim.at("/metadata/name"));

            JsonNode security = pod.get("securityContext");
            assertThat(security.path("runAsNonRoot").asBoolean()).isTrue();
            for (String id : List.of("runAsUser", "runAsGroup", "fsGroup")) {
                assertThat(security.path(id).asString()).as(id).isEqualTo(USER);
            }
            JsonNode rights = container.get("securityContext");
            assertThat(rights.path("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
            assertThat(strings(rights.at("/capabilities/drop"))).containsExactly("ALL");
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        }
        assertThat(variable("CHECKPOINT_RECOVERY_DATA")).isEqualTo("/data/service");
        assertThat(variable("CHECKPOINT_RECOVERY_INPUT_DIR")).startsWith("/data/");
    }

    @Test
    void the_token_is_a_file_of_the_secret_that_the_comment_tells_to_make() throws Exception {
        JsonNode pod = document("StatefulSet").at("/spec/template/spec");
        JsonNode mount = pod.at("/containers/0/volumeMounts/1");
        JsonNode volume = pod.at("/volumes/1");
        assertThat(volume.path("name")).isEqualTo(mount.path("name"));
        Path token = Path.of(variable("CHECKPOINT_RECOVERY_TOKEN_FILE"));
        assertThat(token.getParent()).isEqualTo(Path.of(mount.path("mountPath").asString()));
        assertThat(Files.readString(MANIFESTS.resolve("checkpoint-recovery.yaml")))
                .contains("create secret generic "
                        + volume.at("/secret/secretName").asString() + " --from-literal=" + token.getFileName() + "=");
    }

    /** Kubernetes' own variables for services would look like options. */
    @Test
    void the_pod_of_the_service_has_no_variables_of_services() throws Exception {
        assertThat(document("StatefulSet")
                        .at("/spec/template/spec/enableServiceLinks")
                        .asBoolean(true))
                .isFalse();
    }

    /** Also those that comments tell to set. */
    @Test
    void variables_are_options_of_the_service() throws Exception {
        Set<String> options = new TreeSet<>();
        Matcher option =
                OPTION.matcher(Files.readString(Path.of("src/main/java/org/checkpointrecovery/cli/ServeOptions.java")));
        while (option.find()) {
            options.add(option.group(1).replace('-', '_').toUpperCase(Locale.ROOT));
        }
        Set<String> named = new TreeSet<>();
        try (Stream<Path> files = Files.walk(DOCKER)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher variable = VARIABLE.matcher(Files.readString(file));
                while (variable.find()) {
                    named.add(variable.group().substring("CHECKPOINT_RECOVERY_".length()));
                }
            }
        }
        assertThat(named).contains("DATA", "FLINK_URL", "TOKEN_FILE", "SECRETS_FILE", "COMMAND");
        assertThat(options).containsAll(named);
    }

    private static JsonNode compose() {
        return YAML.readTree(DOCKER.resolve("compose.yaml").toFile());
    }

    private static JsonNode flinkConfiguration() {
        return YAML.readTree(DOCKER.resolve("flink").resolve("config.yaml").toFile());
    }

    private static String dockerfile() throws IOException {
        return Files.readString(DOCKER.resolve("Dockerfile"));
    }

    private static JsonNode kustomization(Path directory) {
        return YAML.readTree(directory.resolve("kustomization.yaml").toFile());
    }

    /** What the overlay changes in the documents of a kind. */
    private static JsonNode patch(String kind) {
        List<JsonNode> found = kustomization(FLINK_OVERLAY).get("patches").values().stream()
                .map(patch -> YAML.readTree(patch.path("patch").asString()))
                .filter(patch -> patch.path("kind").asString().equals(kind))
                .toList();
        assertThat(found).as(kind).hasSize(1);
        return found.get(0);
    }

    /** The documents of the plain service and those that the overlay adds. */
    private static List<JsonNode> manifests() throws IOException {
        return resources(FLINK_OVERLAY);
    }

    /** The documents of a directory with a kustomization; a resource that is a directory has one of its own. */
    private static List<JsonNode> resources(Path directory) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        for (JsonNode resource : kustomization(directory).get("resources")) {
            Path path = directory.resolve(resource.asString());
            documents.addAll(Files.isDirectory(path) ? resources(path) : documents(path));
        }
        return documents;
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        try (MappingIterator<JsonNode> inFile = YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
            return inFile.readAll();
        }
    }

    private static JsonNode document(String kind) throws IOException {
        List<JsonNode> found = manifests().stream()
                .filter(document -> document.path("kind").asString().equals(kind))
                .toList();
        assertThat(found).as(kind).hasSize(1);
        return found.get(0);
    }

    /** What runs the service, and what runs both kinds of process of Flink. */
    private static List<JsonNode> pods() throws IOException {
        return List.of(
                document("StatefulSet").at("/spec/template/spec"),
                document("FlinkDeployment").at("/spec/podTemplate/spec"));
    }

    private static URI flinkUrl() throws IOException {
        JsonNode variable = patch("StatefulSet").at("/spec/template/spec/containers/0/env/0");
        assertThat(variable.path("name").asString()).isEqualTo("CHECKPOINT_RECOVERY_FLINK_URL");
        return URI.create(variable.path("value").asString());
    }

    private static String variable(String name) throws IOException {
        for (JsonNode variable : document("StatefulSet").at("/spec/template/spec/containers/0/env")) {
            if (variable.path("name").asString().equals(name)) {
                return variable.path("value").asString();
            }
        }
        throw new AssertionError(name + " is not set in the StatefulSet");
    }

    private static List<String> strings(JsonNode array) {
        return array.values().stream().map(JsonNode::asString).toList();
    }

    private static int megabytes(String size) {
        Matcher number = SIZE.matcher(size);
        assertThat(number.matches()).as(size).isTrue();
        return Integer.parseInt(number.group(1));
    }
}
