package org.checkpointrecovery.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.description.WholeNumber;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.Processors.UnavailableException;
import org.junit.jupiter.api.Test;

class ProvidedProcessorsTest {
    private static final int TASKS = 4;

    private final Processors processors = new ProvidedProcessors(List.of(new TextStatsKind(), new EchoKind()), TASKS);

    record EchoOptions(int concurrency) {}

    /** Does nothing with its items. */
    private static final class EchoKind implements ConcurrentKind<EchoOptions> {
        @Override
        public ProcessorDescription description() {
            return ProcessorDescription.concurrent(
                            "echo", "Echoes.", Option.of("concurrency", new WholeNumber(1, 100), 12, "Items at once."))
                    .onlyFor(EngineKind.LOCAL);
        }

        @Override
        public Class<EchoOptions> options() {
            return EchoOptions.class;
        }

        @Override
        public int concurrency(EchoOptions options) {
            return options.concurrency();
        }

        @Override
        public EchoOptions shared(EchoOptions options, int tasks) {
            return new EchoOptions(options.concurrency() / tasks);
        }

        @Override
        public ConcurrentProcessor build(EchoOptions options) {
            return new ConcurrentProcessor() {
                @Override
                public int concurrency() {
                    return options.concurrency();
                }

                @Override
                public void begin(Work work, Consumer<Answer> answered) {
                    answered.accept(new Answer.Succeeded(work.item()));
                }

                @Override
                public void stopRetrying() {}

                @Override
                public void close() {}
            };
        }
    }

    private static ProcessorSpec echo(String options) {
        return new ProcessorSpec("echo", options);
    }

    @Test
    void a_processor_gets_its_options_and_a_task_its_share() throws UnavailableException {
        assertThat(processors.isConcurrent(echo("{}"))).isTrue();
        assertThat(processors.concurrency(echo("{\"concurrency\":12}"))).isEqualTo(12);
        try (ConcurrentProcessor processor = processors.concurrent(echo("{\"concurrency\":12}"))) {
            assertThat(processor.concurrency()).isEqualTo(12 / TASKS);
        }
        assertThat(processors.isConcurrent(ProcessorSpec.of(TextStatsKind.TYPE)))
                .isFalse();
        assertThat(processors.inline(ProcessorSpec.of(TextStatsKind.TYPE))).isInstanceOf(TextStats.class);
    }

    @Test
    void an_unknown_kind_and_options_of_another_release_are_unavailable() {
        ProcessorSpec unknown = ProcessorSpec.of("gone");
        assertThat(processors.isConcurrent(unknown)).isTrue();
        assertThatThrownBy(() -> processors.concurrent(unknown))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("This service does not provide the processor \"gone\".");
        assertThatThrownBy(() -> processors.concurrency(echo("{\"speed\":3}")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("cannot read the options of the processor \"echo\"");
        assertThat(processors.problems(unknown, Format.LINES))
                .singleElement()
                .satisfies(problem -> assertThat(problem.option()).containsExactly("type"));
    }
}
