package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.engine.NewJob;
import org.checkpointrecovery.engine.OfferedProcessors;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a spec says to a run without a service. */
class SpecFileTest {
    private static final OfferedProcessors PROCESSORS = new OfferedProcessors(AllKinds.ofService(
            new HttpKind(Secrets.NONE, "--secrets-file", new CallClient(AddressRules.any()), Clock.systemUTC()),
            new CommandKind(new Commands(Map.of("up", List.of("/bin/true")), Set.of(), List.of()), "--command"),
            new PluginKind(Plugins.NONE, "--plugins")));

    private final List<String> problems = new ArrayList<>();

    private @Nullable NewJob read(InputStream json, boolean hasInput) throws IOException {
        return SpecFile.read(json, hasInput, PROCESSORS, (place, problem) -> problems.add(place + " " + problem));
    }

    private @Nullable NewJob read(String json, boolean hasInput) throws IOException {
        return read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), hasInput);
    }

    private NewJob valid(String json, boolean hasInput) throws IOException {
        NewJob job = read(json, hasInput);
        assertThat(problems).isEmpty();
        return requireNonNull(job);
    }

    private List<String> problems(String json, boolean hasInput) throws IOException {
        assertThat(read(json, hasInput)).isNull();
        return problems;
    }

    @Test
    void a_spec_with_everything_is_read_as_a_service_reads_it() throws IOException {
        JobSpec spec = valid("""
                        {"name":"monthly","labels":{"team":"blue"},
                         "input":{"path":"people.csv","encoding":"UTF-16LE"},
                         "format":"csv","delimiter":";","header":["a","b"],"skipRecords":2,"quote":"double",
                         "processor":{"type":"command","name":"up","concurrency":3},
                         "engine":"local","batchSize":7,"parallelism":1,"commit":"each",
                         "onItemError":"fail","maxFailedItems":5,"maxFailedPercent":2.5,
                         "callbackUrl":null,"retainFor":null,"start":true,
                         "faults":{"crashAfterItems":4,"crashPoint":"torn-results","failItems":[3,1],"itemDelayMillis":5}}
                        """, false).spec();
        assertThat(spec.name()).isEqualTo("monthly");
        assertThat(spec.labels()).isEqualTo(Map.of("team", "blue"));
        assertThat(spec.input()).isEqualTo(new InputSpec.InputPath("people.csv", Decoding.from(TextEncoding.UTF_16LE)));
        assertThat(spec.format().kind()).isEqualTo(Format.Kind.CSV);
        assertThat(spec.format().delimiter()).isEqualTo(';');
        assertThat(spec.format().skipRecords()).isEqualTo(2);
        assertThat(spec.processor().type()).isEqualTo("command");
        assertThat(spec.processor().options()).contains("\"name\":\"up\"", "\"concurrency\":3");
        assertThat(spec.execution()).isEqualTo(new Execution(EngineKind.LOCAL, 7, 1, CommitMode.EACH, null));
        assertThat(spec.failedItemLimits()).isEqualTo(new FailedItemLimits(OnItemError.FAIL, 5L, 2.5));
        assertThat(spec.faults())
                .isEqualTo(new Faults(4L, CrashPoint.TORN_RESULTS, Set.of(1L, 3L), Duration.ofMillis(5)));
    }

    @Test
    void everything_that_only_a_service_can_do_is_refused_at_once_with_all_other_problems() throws IOException {
        assertThat(problems("""
                        {"input":{"fileId":"0mwswktvf-hhalxud2"},"batchSize":0,"engine":"flink","faults":{"crash":1},
                         "callbackUrl":"http://a.test/","retainFor":"3d","start":false,"bach":1,
                         "processor":{"type":"http","url":"http://a.test/","headers":{"X":{"secret":"NO"}}}}
                        """, false))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .isEqualTo("/input/fileId names an upload, which only a service has; name the file"
                                        + " with --input"),
                        problem -> assertThat(problem).isEqualTo("/batchSize must be between 1 and 1000000 (got 0)"),
                        problem -> assertThat(problem)
                                .isEqualTo("/engine is \"flink\", but run has no cluster. Omit the field, or submit"
                                        + " the spec to a service"),
                        problem -> assertThat(problem).startsWith("/faults/crash unknown field; expected one of: "),
                        problem -> assertThat(problem)
                                .isEqualTo("/callbackUrl is only supported by a service: run makes no callbacks."
                                        + " Remove it"),
                        problem -> assertThat(problem)
                                .isEqualTo("/retainFor is only supported by a service: run keeps no jobs. Remove it"),
                        problem -> assertThat(problem)
                                .isEqualTo("/start is false, but run starts the job at once. Remove it"),
                        problem -> assertThat(problem).startsWith("/bach unknown field; expected one of: name, "),
                        problem -> assertThat(problem)
                                .startsWith("/processor/headers/X/secret names \"NO\", an unknown secret"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"input\":{\"fileId\":\"0mwswktvf-hhalxud2\"}}|/input/fileId names an upload",
                "{\"retainFor\":\"3d\",\"input\":{\"items\":[]}}|/retainFor is only",
                "{\"start\":false,\"input\":{\"items\":[]}}|/start is false",
                "{\"processor\":{\"type\":\"command\",\"name\":\"down\"},\"input\":{\"items\":[]}}"
                        + "|/processor/name is \"down\", an unknown command; expected one of: up",
                "{}|/input is required: name the file with --input"
            })
    void one_such_thing_alone_is_refused_too(String json, String problem) throws IOException {
        assertThat(problems(json, false))
                .singleElement()
                .satisfies(only -> assertThat(only).startsWith(problem));
    }

    /** The names in the spec are replaced by the caller. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"input\":{\"path\":\"x\"}}",
                "{\"input\":{\"fileId\":\"0mwswktvf-hhalxud2\",\"encoding\":\"windows-1252\"}}"
            })
    void an_input_of_the_command_line_takes_the_place_of_a_file_in_the_spec(String json) throws IOException {
        TextEncoding encoding = json.contains("encoding") ? TextEncoding.WINDOWS_1252 : TextEncoding.UTF_8;
        assertThat(valid(json, true).spec().input().decoding()).isEqualTo(Decoding.from(encoding));
    }

    @Test
    void an_input_of_the_command_line_does_not_take_the_place_of_inline_items() throws IOException {
        String json = "{\"input\":{\"items\":[\"a\",\"\\ufeffb\"]}}";
        assertThat(valid(json, false).lines()).isEqualTo("a\n\ufeffb\n".getBytes(StandardCharsets.UTF_8));
        assertThat(problems(json, true))
                .containsExactly("/input/items cannot be combined with --input; remove one of them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|it is empty",
                "'  '|it is empty",
                "'{\"batchSize\":1,\n\"batchSize\":2}'|Duplicate field 'batchSize' (line 2, column 12)",
                "'{\n \"batchSize\":ten}'|Unrecognized token 'ten'",
                "'{} {}'|something follows the value",
                "\ufeff{}|it starts with a byte order mark"
            })
    void what_is_not_json_is_refused_with_its_line_and_column(String json, String why) throws IOException {
        assertThat(problems(json, true))
                .singleElement()
                .satisfies(only -> assertThat(only).startsWith(" is not valid JSON: " + why));
        if (json.contains("ten")) {
            assertThat(problems.get(0)).endsWith("(line 2, column 14)");
        }
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused() throws IOException {
        assertThat(read(new ByteArrayInputStream(new byte[] {'"', (byte) 0xff, '"'}), true))
                .isNull();
        assertThat(problems).containsExactly(" is not valid JSON: it is not UTF-8");
    }

    @Test
    void a_list_is_refused() throws IOException {
        assertThat(problems("[]", true)).containsExactly(" must be an object (got an array)");
    }

    @Test
    void more_than_a_request_may_have_is_refused_without_reading_it_to_its_end() throws IOException {
        try (InputStream zeros = new InputStream() {
            private int count;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] bytes, int start, int length) {
                count += length;
                assertThat(count).isLessThanOrEqualTo(Json.MAX_BODY_BYTES + 1);
                Arrays.fill(bytes, start, start + length, (byte) '0');
                return length;
            }
        }) {
            assertThat(read(zeros, true)).isNull();
        }
        assertThat(problems)
                .containsExactly(" has more than 1048576 bytes. Put the items into a file, and name it with --input");
    }
}
