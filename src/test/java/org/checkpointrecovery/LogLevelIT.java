package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service logs about a job of three batches, at each level. */
class LogLevelIT {
    private static final String COMMIT = " DEBUG JobRun - Job [^:]+: [0-9.]+ %, checkpoint at item [12]";

    @TempDir
    private Path directory;

    /** Lines of the service's log without their time. */
    private List<String> log(Map<String, String> environment, String... options) throws Exception {
        String[] all = new String[options.length + 5];
        String[] needed = {
            "serve", "--port", "0", "--data", directory.resolve("data").toString()
        };
        System.arraycopy(needed, 0, all, 0, needed.length);
        System.arraycopy(options, 0, all, needed.length, options.length);
        try (PackedJar jar = PackedJar.start(directory, List.of(), environment, all)) {
            try (Service service = new Service(jar.url())) {
                String id = service.submit(
                        "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1,\"commit\":\"each\"}");
                service.awaitState(id, "COMPLETED");
            }
            jar.terminate();
            assertThat(jar.exitCode()).isIn(0, 143);
            return jar.log().lines().map(line -> line.replaceFirst("^\\S+", "")).toList();
        }
    }

    @Test
    void states_are_logged_by_default_and_commits_are_not() throws Exception {
        assertThat(log(Map.of("CHECKPOINT_RECOVERY_PROT", "1")))
                .anySatisfy(line -> assertThat(line).contains(" WARN ", "CHECKPOINT_RECOVERY_PROT"))
                .anySatisfy(line -> assertThat(line).contains(" INFO ", "Starting with "))
                .anySatisfy(line -> assertThat(line).contains(" INFO ", "RUNNING -> COMPLETED"))
                .noneSatisfy(line -> assertThat(line).contains("checkpoint at item"))
                .noneSatisfy(line -> assertThat(line).contains(" DEBUG "));
    }

    @Test
    void each_commit_has_a_line_at_debug() throws Exception {
        assertThat(log(Map.of(), "--log-level", "debug").stream().filter(line -> line.contains("checkpoint at item")))
                .hasSizeBetween(2, 3)
                .anySatisfy(line -> assertThat(line).matches(COMMIT));
    }

    @Test
    void a_higher_level_leaves_out_all_others_whether_an_option_or_a_variable_sets_it() throws Exception {
        String variable = "CHECKPOINT_RECOVERY_LOG_LEVEL";
        assertThat(log(Map.of(variable, "warn", "CHECKPOINT_RECOVERY_PROT", "1")))
                .singleElement()
                .asString()
                .contains(" WARN ", "CHECKPOINT_RECOVERY_PROT");
    }

    @Test
    void at_error_a_service_without_trouble_logs_nothing() throws Exception {
        assertThat(log(Map.of("CHECKPOINT_RECOVERY_PROT", "1"), "--log-level=error"))
                .isEmpty();
    }
}
