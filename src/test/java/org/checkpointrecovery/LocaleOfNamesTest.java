package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of files with letters beyond ASCII, in processes with the locale of a container or a cron job. */
@Timeout(120)
class LocaleOfNamesTest {
    private static final String NAME = "Zo\u00eb";
    private static final String WAY_OUT = "Start Java with LC_ALL=C.UTF-8";

    @TempDir
    private Path directory;

    private Path script = Path.of("");

    @BeforeEach
    void writeFiles() throws Exception {
        Files.writeString(directory.resolve("in.txt"), "a\n");
        // A shell of the locale C.UTF-8 makes the names: this JVM may have another one.
        shell("C.UTF-8", "mkdir '" + NAME + "' && cp in.txt '" + NAME + ".txt' && cp in.txt '" + NAME + "/in.txt'");
    }

    /** What a command prints, and its exit code behind that. */
    private String shell(String locale, String command) throws Exception {
        script = directory.resolve("script.sh");
        Files.write(script, command.getBytes(UTF_8));
        Path log = directory.resolve("log");
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().remove("LANG");
        builder.environment().put("LC_ALL", locale);
        Process process = builder.start();
        boolean ended = process.waitFor(100, TimeUnit.SECONDS);
        if (!ended) {
            Path out = directory.resolve("out");
            String service = Files.exists(out) ? Files.readString(out, ISO_8859_1) : "";
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            fail(
                    "%s does not end. It printed %s, and the service %s",
                    command, Files.readString(log, ISO_8859_1), service);
        }
        return Files.readString(log, ISO_8859_1) + "exit " + process.exitValue();
    }

    private static String java(String arguments) {
        List<String> paths = new ArrayList<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            paths.add(Path.of(path).toAbsolutePath().toString());
        }
        return "exec " + Path.of(System.getProperty("java.home"), "bin", "java")
                + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -cp '"
                + String.join(File.pathSeparator, paths) + "' " + Main.class.getName() + " " + arguments;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run --input " + NAME + ".txt --output o.json",
                "run --input in.txt --output " + NAME + ".json",
                "run --input in.txt --output o.json --checkpoint " + NAME + ".json",
                "serve --port 0 --data " + NAME,
                "serve --port 0 --input-dir " + NAME,
                "serve --port 0 --data d --token-file " + NAME,
                "serve --port 0 --data d --secrets-file " + NAME,
                "serve --port 0 --data d --plugins " + NAME,
                "serve --port 0 --data d --command a=/" + NAME,
            })
    void a_name_that_java_cannot_write_in_its_locale_is_refused_with_the_way_out(String arguments) throws Exception {
        assertThat(shell("C", java(arguments))).contains(WAY_OUT).endsWith("exit 2");
        try (var files = Files.list(directory)) {
            assertThat(files).as("nothing was made").hasSize(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"run --input in.txt --output o.json", "serve --port 0"})
    void a_working_directory_that_java_cannot_name_is_said_too(String arguments) throws Exception {
        assertThat(shell("C", "cd '" + NAME + "' && " + java(arguments)))
                .contains("is relative to the working directory", WAY_OUT)
                .endsWith("exit 2");
    }

    /** Submits a job over a path, and prints what the service answers when it has come to rest. */
    private String service(String locale, String... requests) throws Exception {
        // The service empties the file only once it starts: the address of the service before would be taken for its
        // own.
        StringBuilder command = new StringBuilder("rm -f out; touch out\n"
                + java("serve --port 0 --data data --input-dir . >out &\n").replaceFirst("^exec ", ""));
        command.append("pid=$!\nuntil grep -q READY out; do kill -0 $pid || exit 9; sleep 0.1; done\n");
        command.append("url=$(sed -n 's/READY //p' out)\n");
        for (String request : requests) {
            command.append(request).append('\n');
        }
        return shell(locale, command + "kill -9 $pid\n");
    }

    @Test
    void a_service_says_so_of_a_path_and_starts_with_a_job_over_such_a_path() throws Exception {
        String submit = "curl -s -H 'Content-Type: application/json' $url/v1/jobs -d";
        String refused =
                service("C", submit + " '{\"input\":{\"path\":\"" + NAME + ".txt\"}}'", "curl -s $url/v1/jobs");
        assertThat(refused).contains("invalid-request", WAY_OUT, "\"jobs\":[]");
        String created = service(
                "C.UTF-8", submit + " '{\"start\":false,\"input\":{\"path\":\"" + NAME + ".txt\"}}' | tee job.json");
        assertThat(created).contains("CREATED");
        String started = service(
                "C",
                "id=$(sed 's/{\"id\":\"\\([^\"]*\\).*/\\1/' job.json)",
                "curl -s -X POST $url/v1/jobs/$id/start >started",
                "until curl -s $url/v1/jobs/$id | grep -q FAILED; do sleep 0.1; done",
                "curl -s $url/v1/jobs/$id");
        assertThat(started).contains("INPUT_MISSING", WAY_OUT);
    }

    @Test
    void with_the_locale_of_the_hint_the_names_are_taken() throws Exception {
        String command = "cd '" + NAME + "' && " + java("run --input in.txt --output " + NAME + ".json");
        assertThat(shell("C.UTF-8", command)).endsWith("exit 0");
    }
}
