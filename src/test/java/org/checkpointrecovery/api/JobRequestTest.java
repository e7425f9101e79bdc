package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.ProcessorSpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a service makes of the kinds that it has. */
class JobRequestTest {
    /** A service with a processor that no cluster can run. */
    private static final class LocalOnly implements JobRequest.Checks {
        @Override
        public @Nullable FieldError error(InputSpec input) {
            return null;
        }

        @Override
        public List<ProcessorDescription> processorKinds() {
            return List.of(
                    ProcessorDescription.inline("here", "Runs here.").onlyFor(EngineKind.LOCAL),
                    ProcessorDescription.inline("anywhere", "Runs anywhere."));
        }

        @Override
        public List<FieldError> error(ProcessorSpec processor, Format format) {
            return List.of();
        }

        @Override
        public @Nullable String engineError(EngineKind engine) {
            return null;
        }

        @Override
        public @Nullable String callbackError(String url) {
            return null;
        }
    }

    private static ProcessorSpec read(String fields) {
        String body = "{\"input\":{\"items\":[\"a\"]}" + fields + "}";
        return JobRequest.spec(Json.read(body.getBytes(StandardCharsets.UTF_8)), true, List.of(), new LocalOnly())
                .spec()
                .processor();
    }

    @Test
    void the_first_kind_is_the_default() {
        assertThat(read("")).isEqualTo(ProcessorSpec.of("here"));
        assertThat(read(",\"processor\":{\"type\":\"anywhere\"},\"engine\":\"flink\""))
                .isEqualTo(ProcessorSpec.of("anywhere"));
    }

    @Test
    void a_kind_that_a_cluster_cannot_run_is_refused_there() {
        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> read(",\"engine\":\"flink\""));
        assertThat(refused.problem().errors())
                .containsExactly(new FieldError(
                        "/engine",
                        "is \"flink\", which cannot run the processor \"here\". Omit the field to run the job in the"
                                + " service itself"));
    }

    @Test
    void the_known_fields_include_an_omitted_processor() {
        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> read(",\"procesor\":{}"));
        assertThat(refused.problem().errors()).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo("/procesor");
            assertThat(error.message())
                    .startsWith("unknown field; expected one of: ")
                    .contains(" processor,");
        });
    }
}
