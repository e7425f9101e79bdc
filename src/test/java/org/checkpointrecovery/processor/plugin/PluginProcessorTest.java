package org.checkpointrecovery.processor.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.Asked;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.Work;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins as processors: each is compiled, packed into a jar, and loaded from there. */
class PluginProcessorTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /**
     * A plugin that opens at once is open by then, however busy the machine is; a plugin that hangs is waited for so
     * long.
     */
    private static final Duration ENOUGH_TO_OPEN = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private final List<String> problems = new ArrayList<>();

    private Plugins load(Path... jars) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        return Plugins.load(urls, problems);
    }

    private static PluginOptions options(String name, String config) throws Exception {
        return new PluginOptions(name, new ObjectMapper().readTree(config), 2, LONG.toMillis());
    }

    private static PluginOptions test(int concurrency, Duration timeout) {
        return new PluginOptions("test", JsonNodeFactory.instance.objectNode(), concurrency, timeout.toMillis());
    }

    /** A plugin called "test" whose method has this body. */
    private static String source(String fields, String body) {
        return """
                package org.example;
                import java.util.*;
                import org.checkpointrecovery.plugin.*;
                public final class Test implements ItemProcessor {
                    public int apiVersion() { return API_VERSION; }
                    public String name() { return "test"; }
                    %s
                    public Object process(PluginItem item) throws Exception { %s }
                }
                """.formatted(fields, body);
    }

    private ConcurrentProcessor processor(String fields, String body, Duration timeout) throws Exception {
        Plugins plugins = load(PluginJar.build(directory, "test", source(fields, body)));
        assertThat(problems).isEmpty();
        return new PluginKind(plugins, "--plugins").build(test(2, timeout));
    }

    @Test
    void the_worked_example_is_built_loaded_and_used() throws Exception {
        PluginKind kind = new PluginKind(load(PluginJar.example(directory)), "--plugins");
        assertThat(problems).isEmpty();
        PluginOptions spec = options("reverse", "{\"forbidden\":\"xyz\"}");
        assertThat(kind.problems(spec, Format.LINES)).isEmpty();
        try (ConcurrentProcessor processor = kind.build(spec)) {
            assertThat(Asked.result(Asked.ask(processor, 3, "straße")))
                    .isEqualTo("{\"index\":3,\"result\":{\"reversed\":\"eßarts\"}}");
            assertThat(Asked.failure(Asked.ask(processor, 4, "an xyz")))
                    .isEqualTo("PLUGIN_FAILED 1 The plugin \"reverse\" threw java.lang.IllegalArgumentException: it "
                            + "contains"
                            + " \"xyz\"");
        }
    }

    @Test
    void a_config_that_the_plugin_refuses_is_a_problem_of_the_spec() throws Exception {
        PluginKind kind = new PluginKind(load(PluginJar.example(directory)), "--plugins");
        assertThat(kind.problems(options("reverse", "{\"forbidden\":7}"), Format.LINES))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.option()).containsExactly("config");
                    assertThat(problem.message())
                            .isEqualTo("was rejected by the plugin: \"forbidden\" must be a string");
                });
        assertThatThrownBy(() -> kind.build(options("reverse", "{\"forbidden\":7}")))
                .isInstanceOf(Processors.UnavailableException.class);
    }

    @Test
    void a_plugin_that_is_not_there_is_a_problem_of_the_spec() throws Exception {
        PluginKind kind = new PluginKind(load(PluginJar.example(directory)), "--plugins");
        assertThat(kind.problems(options("shrink", "{}"), Format.LINES))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.option()).containsExactly("name");
                    assertThat(problem.message()).contains("expected one of: reverse");
                });
        assertThatThrownBy(() -> kind.build(options("shrink", "{}")))
                .isInstanceOf(Processors.UnavailableException.class);
    }

    @Test
    void whatever_a_plugin_throws_fails_the_item_and_nothing_else() throws Exception {
        String body = """
                switch ((int) item.index()) {
                    case 0: throw new StackOverflowError();
                    case 1: throw new OutOfMemoryError("not really");
                    case 2: throw new Error();
                    case 3: throw new InterruptedException();
                    case 4: return new Object();
                    case 5: return Double.NaN;
                    case 6: List<Object> own = new ArrayList<>(); own.add(own); return own;
                    case 7: throw new ThreadDeath();
                    default: return Arrays.asList(1, null, true, "x\\ny", 1.5, Map.of("k", List.of()));
                }""".replace("throw new ThreadDeath();", "throw new NoClassDefFoundError();");
        try (ConcurrentProcessor processor = processor("", body, LONG)) {
            for (int index = 0; index < 8; index++) {
                assertThat(Asked.failure(Asked.ask(processor, index, "x"))).startsWith("PLUGIN_FAILED 1 ");
            }
            assertThat(Asked.result(Asked.ask(processor, 8, "x")))
                    .isEqualTo("{\"index\":8,\"result\":[1,null,true,\"x\\ny\",1.5,{\"k\":[]}]}");
        }
    }

    @Test
    void an_item_that_takes_too_long_fails_and_the_next_one_has_a_thread() throws Exception {
        String body =
                "if (item.index() == 0) { new java.util.concurrent.CountDownLatch(1).await(); } return item.index();";
        try (ConcurrentProcessor processor = processor("", body, ENOUGH_TO_OPEN)) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "x")))
                    .isEqualTo("TIMED_OUT 1 The plugin \"test\" took longer than 2000 ms (timeoutMillis).");
            assertThat(Asked.result(Asked.ask(processor, 1, "x"))).isEqualTo("{\"index\":1,\"result\":1}");
        }
    }

    @Test
    void a_plugin_that_hangs_and_heeds_no_interrupt_pauses_the_job_in_the_end() throws Exception {
        String body = "while (!stop) { Thread.onSpinWait(); Thread.yield(); } return null;";
        String fields = "static volatile boolean stop; public void open(Map<String, Object> config) {"
                + " stop = false; if (config.containsKey(\"stop\")) { stop = true; } }";
        Plugins plugins = load(PluginJar.build(directory, "test", source(fields, body)));
        PluginKind kind = new PluginKind(plugins, "--plugins");
        try (ConcurrentProcessor processor = kind.build(test(16, ENOUGH_TO_OPEN))) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int index = 0; index < 16; index++) {
                answers.add(Asked.begin(processor, index, "x"));
            }
            for (CompletableFuture<Answer> answer : answers) {
                assertThat(Asked.failure(Asked.await(answer))).startsWith("TIMED_OUT 1 ");
            }
            Answer answer = Asked.ask(processor, 16, "x");
            assertThat(answer).isInstanceOfSatisfying(Answer.GivenUp.class, givenUp -> {
                assertThat(givenUp.pause()).isNotNull();
                assertThat(givenUp.pause().code()).isEqualTo(ErrorCode.PROCESSOR_UNAVAILABLE);
            });
        } finally {
            assertThat(kind.problems(options("test", "{\"stop\":1}"), Format.LINES))
                    .isEmpty();
        }
    }

    @Test
    void a_plugin_that_never_opens_holds_nobody() throws Exception {
        String fields =
                "public void open(Map<String, Object> config) { while (true) { try { Thread.currentThread().join(); }"
                        + " catch (InterruptedException e) { } } }";
        PluginKind kind =
                new PluginKind(load(PluginJar.build(directory, "test", source(fields, "return null;"))), "--plugins");
        PluginOptions spec = test(1, Duration.ofMillis(50));
        assertThat(kind.problems(spec, Format.LINES))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("did not open within 50 ms"));
        assertThatThrownBy(() -> kind.build(spec)).isInstanceOf(Processors.UnavailableException.class);
    }

    @Test
    void a_plugin_that_opens_once_and_never_again_fails_its_items_in_time() throws Exception {
        String fields = "private static boolean opened; public void open(Map<String, Object> config) throws Exception {"
                + " if (opened) { Thread.currentThread().join(); } opened = true; }";
        try (ConcurrentProcessor processor = processor(fields, "return null;", ENOUGH_TO_OPEN)) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "x"))).startsWith("TIMED_OUT 1 ");
        }
    }

    @Test
    void each_thread_has_an_object_of_its_own_that_is_opened_and_closed() throws Exception {
        Path log = directory.resolve("log");
        String fields = """
                public void open(Map<String, Object> config) throws Exception { log("open"); }
                public void close() throws Exception { log("close"); }
                private static synchronized void log(String line) throws Exception {
                    java.nio.file.Files.writeString(java.nio.file.Path.of("LOG"), line + "\\n",
                        java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
                }
                """.replace("LOG", log.toString());
        String body = "meet.await(); return null;";
        String meet = "private static final java.util.concurrent.CyclicBarrier meet = new "
                + "java.util.concurrent.CyclicBarrier(2);";
        try (ConcurrentProcessor processor = processor(fields + meet, body, LONG)) {
            Await.until( // the one that was opened to see whether it opens
                    "two are open",
                    () -> Files.exists(log) && Files.readAllLines(log).size() >= 2);
            Files.delete(log);
            var first = Asked.begin(processor, 0, "x");
            var second = Asked.begin(processor, 1, "x");
            Asked.await(first);
            Asked.await(second);
        }
        assertThat(Files.readAllLines(log)).containsExactly("open", "open", "close", "close");
    }

    @Test
    void an_item_that_is_not_utf8_never_comes_to_the_plugin() throws Exception {
        try (ConcurrentProcessor processor = processor("", "return item.text();", LONG)) {
            List<Answer> answers = new ArrayList<>();
            java.util.concurrent.CountDownLatch answered = new java.util.concurrent.CountDownLatch(1);
            processor.begin(new Work(new JobId("0mh3k2v9x-7fq2mzt4"), 0, new byte[] {(byte) 0xff}, false), answer -> {
                answers.add(answer);
                answered.countDown();
            });
            answered.await();
            assertThat(Asked.failure(answers.get(0))).startsWith("NOT_UTF8 0 ");
        }
    }

    @Test
    void a_plugin_sees_the_interface_and_the_jdk_and_none_of_the_services_libraries() throws Exception {
        String body = "try { Class.forName(item.text()); return \"seen\"; } catch (ClassNotFoundException e) {"
                + " return \"not seen\"; }";
        try (ConcurrentProcessor processor = processor("", body, LONG)) {
            for (String hidden : List.of(
                    "com.fasterxml.jackson.databind.ObjectMapper", "org.checkpointrecovery.engine.JobService")) {
                assertThat(Asked.result(Asked.ask(processor, 0, hidden))).contains("\"not seen\"");
            }
            assertThat(Asked.result(Asked.ask(processor, 0, "java.sql.Connection")))
                    .contains("\"seen\"");
        }
    }

    @Test
    void jars_that_cannot_be_used_are_named_with_what_is_wrong() throws Exception {
        Path empty = directory.resolve("empty.jar");
        Files.write(empty, "no jar".getBytes(StandardCharsets.UTF_8));
        Path old = PluginJar.build(
                directory, "old", source("", "return null;").replace("return API_VERSION;", "return 0;"));
        Path nameless = PluginJar.build(
                directory, "nameless", source("", "return null;").replace("\"test\"", "\"a b\""));
        Path throwing = PluginJar.build(
                directory,
                "throwing",
                source("public Test() { throw new IllegalStateException(\"not today\"); }", "return null;"));
        Path first = PluginJar.build(directory, "first", source("", "return null;"));
        Path second = PluginJar.build(directory, "second", source("", "return null;"));
        load(empty, old, nameless, throwing, first, second);
        assertThat(problems).hasSize(5);
        assertThat(problems.get(0)).contains("empty.jar", "names no class in META-INF/services");
        assertThat(problems.get(1)).contains("old.jar", "version 0", "version 1");
        assertThat(problems.get(2)).contains("nameless.jar", "\"a b\"");
        assertThat(problems.get(3)).contains("throwing.jar", "cannot be created");
        assertThat(problems.get(4)).contains("second.jar", "\"test\"", "which another plugin already provides");
    }
}
