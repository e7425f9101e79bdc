package org.checkpointrecovery.engine.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RootCauseTest {
    @Test
    void the_innermost_exception_is_the_cause() {
        String trace = """
                java.lang.A: outer
                \tat a.b(C.java:1)
                Caused by: B: middle
                \tat d
                \t... 3 more
                Caused by: java.io.IOException: inner
                \tat e
                """;
        assertThat(RootCause.of(trace)).contains("java.io.IOException: inner");
    }

    @Test
    void an_exception_without_a_cause_is_the_cause() {
        assertThat(RootCause.of("\n java.lang.A: alone\n\tat a.b(C.java:1)")).contains("java.lang.A: alone");
    }

    @Test
    void where_nothing_stands_there_is_no_cause() {
        assertThat(RootCause.of("")).isEmpty();
        assertThat(RootCause.of(" \n\n")).isEmpty();
    }

    @Test
    void a_long_message_is_cut() {
        assertThat(RootCause.of("x".repeat(10_000)).orElseThrow()).hasSize(501).endsWith("x…");
    }
}
