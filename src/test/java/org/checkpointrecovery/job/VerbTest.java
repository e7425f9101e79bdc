package org.checkpointrecovery.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.checkpointrecovery.job.Verb.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerbTest {
    /** What each state says to each verb: y for yes, = for a no-op, and a dot for no. */
    private static final String TABLE = """
                       start pause resume cancel crash retry-failed delete
            CREATED      y     .     .      y      .        .          y
            QUEUED       =     y     =      y      .        .          .
            RUNNING      =     y     =      y      y        .          .
            PAUSING      .     =     .      y      .        .          .
            PAUSED       .     =     y      y      .        .          y
            CANCELLING   .     .     .      =      .        .          .
            CANCELLED    .     .     .      =      .        y          y
            CRASHED      .     .     y      y      =        .          y
            FAILED       .     .     y      y      .        y          y
            COMPLETED    .     .     .      .      .        y          y
            """;

    static Stream<Arguments> everyStateAndVerb() {
        List<String> rows = TABLE.lines().toList();
        String[] verbs = rows.get(0).strip().split(" +", -1);
        List<Arguments> cells = new ArrayList<>();
        for (String row : rows.subList(1, rows.size())) {
            String[] words = row.strip().split(" +", -1);
            for (int i = 0; i < verbs.length; i++) {
                Answer answer = switch (words[i + 1]) {
                    case "y" -> Answer.YES;
                    case "=" -> Answer.DONE_ALREADY;
                    default -> Answer.NOT_ALLOWED;
                };
                cells.add(Arguments.of(Status.valueOf(words[0]), verbs[i], answer));
            }
        }
        return cells.stream();
    }

    private static Verb verb(String text) {
        return Stream.of(Verb.values())
                .filter(verb -> verb.text().equals(text))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest(name = "{0} says to {1}: {2}")
    @MethodSource("everyStateAndVerb")
    void a_state_answers_a_verb_as_the_table_says(Status status, String verb, Answer answer) {
        assertThat(verb(verb).in(status)).isEqualTo(answer);
    }

    @Test
    void the_table_is_whole() {
        assertThat(everyStateAndVerb()).hasSize(Status.values().length * Verb.values().length);
    }
}
