package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.Refusal;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Verb;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    private static final JobId ID = new JobId("0123456789-a");
    private static final JobView VIEW = new JobView(
            Job.submitted(ID, null, TestSpec.spec().build(), new InputIdentity(1, null, 1), null, null, Instant.EPOCH),
            Position.START,
            null);
    private static final List<Refusal> ALL = List.of(
            new Refusal.NoSuchJob(ID),
            new Refusal.NoSuchFile("f"),
            new Refusal.NotAllowed(Verb.PAUSE, VIEW, "why"),
            new Refusal.FileInUse("f", VIEW),
            new Refusal.AncestorDeleted(ID, ID),
            new Refusal.KeyUsed("k"),
            new Refusal.UnknownInput("f"),
            new Refusal.BadInput(Refusal.InputPart.PATH, "is bad"),
            new Refusal.InputTooLarge(Refusal.InputPart.WHOLE, 1),
            new Refusal.BadProcessor(List.of("headers", "a/b~"), "is bad"),
            new Refusal.QueueFull(1),
            new Refusal.DamagedRecord(VIEW),
            new Refusal.TooManyLabels(21),
            new Refusal.Stopping());

    @Test
    void every_kind_of_refusal_is_explained() {
        assertThat(ALL.stream().map(Object::getClass))
                .containsExactlyInAnyOrder(
                        Arrays.stream(Refusal.class.getPermittedSubclasses()).toArray(Class<?>[]::new));
        assertThat(ALL.stream().map(refusal -> Refusals.problem(refusal, true).detail()))
                .doesNotHaveDuplicates()
                .allMatch(detail -> detail.endsWith("."));
    }

    @Test
    void an_option_is_shown_as_a_json_pointer() {
        assertThat(Refusals.fieldError(ALL.get(9)))
                .isEqualTo(new Problem.FieldError("/processor/headers/a~1b~0", "is bad"));
    }
}
