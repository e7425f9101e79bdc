package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.checkpointrecovery.job.JobId;
import org.junit.jupiter.api.Test;

class IdGeneratorTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123Z");

    private static IdGenerator at(Instant time) {
        return new IdGenerator(Clock.fixed(time, ZoneOffset.UTC), new Random(1));
    }

    @Test
    void ids_grow_also_when_the_clock_stands_still() {
        IdGenerator generator = at(NOW);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            ids.add(generator.next());
        }
        assertThat(ids)
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(JobId::isValid)
                .allMatch(id -> id.length() == 18);
        assertThat(IdGenerator.timeOf(ids.get(0))).isEqualTo(NOW);
    }

    @Test
    void ids_grow_beyond_those_of_an_earlier_generator_whose_clock_was_ahead() {
        String earlier = at(NOW.plusSeconds(3600)).next();
        IdGenerator generator = at(NOW);
        generator.startAfter(earlier);
        generator.startAfter("not-an-id-of-ours");
        generator.startAfter("x");
        assertThat(generator.next()).isGreaterThan(earlier);
    }

    @Test
    void ids_sort_by_time_over_the_centuries() {
        assertThat(at(Instant.EPOCH).next()).isLessThan(at(NOW).next());
        assertThat(at(NOW).next())
                .isLessThan(at(Instant.parse("5000-01-01T00:00:00Z")).next());
        assertThat(at(Instant.EPOCH).next()).hasSize(18);
    }

    @Test
    void an_id_that_is_not_ours_has_no_time() {
        for (String id : List.of("", "0123456789", "run-abc-def", "!!!!!!!!!-00000000")) {
            assertThat(IdGenerator.timeOf(id)).as(id).isNull();
        }
    }
}
