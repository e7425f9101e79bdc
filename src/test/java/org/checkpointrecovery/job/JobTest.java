package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

class JobTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final Reason REASON = new Reason(ErrorCode.DISK_FULL, "full");

    /** What each state may become. */
    private static final Map<Status, Set<Status>> NEXT = Map.of(
            Status.CREATED, Set.of(Status.QUEUED, Status.CANCELLED),
            Status.QUEUED, Set.of(Status.RUNNING, Status.PAUSED, Status.CANCELLED, Status.FAILED),
            Status.RUNNING,
                    Set.of(
                            Status.PAUSING,
                            Status.CANCELLING,
                            Status.COMPLETED,
                            Status.FAILED,
                            Status.CRASHED,
                            Status.QUEUED,
                            Status.PAUSED),
            Status.PAUSING, Set.of(Status.PAUSED, Status.CANCELLING, Status.COMPLETED, Status.FAILED, Status.CRASHED),
            Status.CANCELLING, Set.of(Status.CANCELLED),
            Status.PAUSED, Set.of(Status.QUEUED, Status.CANCELLED),
            Status.CRASHED, Set.of(Status.QUEUED, Status.CANCELLED),
            Status.FAILED, Set.of(Status.QUEUED, Status.CANCELLED),
            Status.COMPLETED, Set.of(),
            Status.CANCELLED, Set.of());

    static JobSpec spec(boolean start) {
        return new JobSpec(
                null,
                null,
                new ItemsSpec(new InputSpec.Inline(), Format.LINES),
                ProcessorSpec.of("text-stats"),
                new Execution(EngineKind.LOCAL, 3, 1, CommitMode.GROUP, null),
                FailedItemLimits.NONE,
                null,
                null,
                start,
                null);
    }

    static JobState state(Status status) {
        return switch (status) {
            case CREATED -> new JobState.Created();
            case QUEUED -> new JobState.Queued();
            case RUNNING -> new JobState.Running();
            case PAUSING -> new JobState.Pausing();
            case PAUSED -> new JobState.Paused(null);
            case CANCELLING -> new JobState.Cancelling();
            case CANCELLED -> new JobState.Cancelled();
            case CRASHED -> new JobState.Crashed(REASON);
            case FAILED -> new JobState.Failed(REASON);
            case COMPLETED -> new JobState.Completed(Position.START, null);
        };
    }

    static Job job(Status status) {
        return new Job(
                new Submission(ID, null, spec(true), null, null, NOON),
                null,
                state(status),
                NOON,
                List.of(),
                null,
                Ends.NONE);
    }

    static Stream<Arguments> everyPairOfStates() {
        List<Arguments> pairs = new ArrayList<>();
        for (Status from : Status.values()) {
            for (Status to : Status.values()) {
                pairs.add(Arguments.of(from, to));
            }
        }
        return pairs.stream();
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("everyPairOfStates")
    void a_job_becomes_only_what_its_state_allows(Status from, Status to) {
        Job job = job(from);
        boolean allowed = requireNonNull(NEXT.get(from)).contains(to);
        assertThat(job.state().mayBecome(to)).isEqualTo(allowed);
        Instant later = NOON.plusSeconds(1);
        if (allowed) {
            Job next = job.become(state(to), later);
            assertThat(next.status()).isEqualTo(to);
            assertThat(next.stateSince()).isEqualTo(later);
            assertThat(next.createdAt()).isEqualTo(NOON);
        } else {
            assertThatThrownBy(() -> job.become(state(to), later))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(from + " and cannot become " + to);
        }
        assertThat(job.status()).isEqualTo(from);
    }

    @ParameterizedTest
    @EnumSource
    void the_name_of_a_state_tells_whether_it_is_final_or_active(Status status) {
        assertThat(state(status).status()).isEqualTo(status);
        assertThat(status.isFinal())
                .isEqualTo(Set.of(Status.COMPLETED, Status.CANCELLED).contains(status));
        assertThat(status.isEnd())
                .isEqualTo(Set.of(Status.COMPLETED, Status.FAILED, Status.CANCELLED)
                        .contains(status));
        assertThat(status.isActive())
                .isEqualTo(Set.of(Status.RUNNING, Status.PAUSING, Status.CANCELLING)
                        .contains(status));
        assertThat(job(status).endedAt()).isEqualTo(status.isEnd() ? NOON : null);
        assertThat(state(status).reason())
                .isEqualTo(Set.of(Status.CRASHED, Status.FAILED).contains(status) ? REASON : null);
    }

    @Test
    void a_job_is_queued_at_once_unless_the_spec_says_otherwise() {
        InputIdentity identity = new InputIdentity(0, null, 0);
        assertThat(Job.submitted(ID, null, spec(true), identity, null, null, NOON)
                        .status())
                .isEqualTo(Status.QUEUED);
        assertThat(Job.submitted(ID, null, spec(false), identity, null, null, NOON)
                        .status())
                .isEqualTo(Status.CREATED);
    }

    @Test
    void runs_are_numbered_from_one_and_the_first_has_no_recovery() {
        Recovery beginning = new Recovery(Recovery.From.BEGINNING, 0, null);
        Job running = job(Status.QUEUED).beginRun(beginning, NOON);
        assertThat(running.status()).isEqualTo(Status.RUNNING);
        assertThat(running.recovery()).isNull();
        assertThat(running.startedAt()).isEqualTo(NOON);
        assertThat(running.runs()).containsExactly(new Run(1, NOON, 0, 0, null));

        Instant later = NOON.plusSeconds(10);
        Job failed =
                running.endRun(Run.End.FAILED, REASON, new JobState.Failed(REASON), 6, later, Duration.ofSeconds(10));
        assertThat(failed.runs())
                .containsExactly(
                        new Run(1, NOON, 0, 6, new Run.Ending(Run.End.FAILED, REASON, later, Duration.ofSeconds(10))));

        Recovery checkpoint = new Recovery(Recovery.From.CHECKPOINT, 6, null);
        Job again = failed.become(new JobState.Queued(), later).beginRun(checkpoint, later);
        assertThat(again.recovery()).isEqualTo(checkpoint);
        assertThat(again.runs()).hasSize(2).last().isEqualTo(new Run(2, later, 6, 6, null));
        assertThat(again.startedAt()).isEqualTo(NOON);
        assertThat(again.elapsed(Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void a_run_that_could_not_begin_leaves_no_run_behind() {
        Job failed =
                job(Status.QUEUED).endRun(Run.End.FAILED, REASON, new JobState.Failed(REASON), 0, NOON, Duration.ZERO);
        assertThat(failed.runs()).isEmpty();
        assertThat(failed.startedAt()).isNull();
        assertThat(failed.elapsed(Duration.ofSeconds(5))).isZero();
    }

    @Test
    void a_run_that_has_ended_does_not_end_again() {
        Recovery beginning = new Recovery(Recovery.From.BEGINNING, 0, null);
        Job paused = job(Status.QUEUED)
                .beginRun(beginning, NOON)
                .become(new JobState.Pausing(), NOON)
                .endRun(Run.End.PAUSED, null, new JobState.Paused(null), 3, NOON, Duration.ZERO);
        Job failed = paused.become(new JobState.Queued(), NOON)
                .endRun(Run.End.FAILED, REASON, new JobState.Failed(REASON), 3, NOON, Duration.ZERO);
        assertThat(failed.runs()).isEqualTo(paused.runs());
    }

    @ParameterizedTest
    @EnumSource
    void failed_items_can_be_tried_again_only_if_there_are_any(Status status) {
        assertThat(job(status).allowedActions(0)).doesNotContain(Verb.RETRY_FAILED);
        assertThat(job(status).allowedActions(1).contains(Verb.RETRY_FAILED))
                .isEqualTo(Set.of(Status.COMPLETED, Status.FAILED, Status.CANCELLED)
                        .contains(status));
    }

    @Test
    void allowed_actions_are_the_verbs_that_would_change_something() {
        assertThat(job(Status.CREATED).allowedActions(0)).containsExactly(Verb.START, Verb.CANCEL, Verb.DELETE);
        assertThat(job(Status.QUEUED).allowedActions(0)).containsExactly(Verb.PAUSE, Verb.CANCEL);
        assertThat(job(Status.RUNNING).allowedActions(0)).containsExactly(Verb.PAUSE, Verb.CANCEL, Verb.CRASH);
        assertThat(job(Status.CRASHED).allowedActions(0)).containsExactly(Verb.RESUME, Verb.CANCEL, Verb.DELETE);
        assertThat(job(Status.CANCELLING).allowedActions(0)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "DELETE")
    void a_job_whose_record_is_damaged_can_only_be_deleted(Verb verb) {
        Job damaged = Job.damaged(ID, "damaged", NOON);
        assertThat(damaged.status()).isEqualTo(Status.FAILED);
        assertThat(damaged.answer(verb, 5)).isEqualTo(Verb.Answer.NOT_ALLOWED);
        assertThat(damaged.allowedActions(5)).containsExactly(Verb.DELETE);
    }

    @Test
    void the_spec_of_a_retry_is_the_same_work_without_faults_and_begins_at_once() {
        Faults faults = new Faults(1L, CrashPoint.PROCESSING, Set.of(1L), Duration.ZERO);
        JobSpec parent = new JobSpec(
                "name",
                Map.of("team", "blue"),
                new ItemsSpec(new InputSpec.Upload("file"), Format.LINES),
                ProcessorSpec.of("text-stats"),
                new Execution(EngineKind.LOCAL, 7, 2, CommitMode.EACH, null),
                new FailedItemLimits(OnItemError.FAIL, 4L, 2.5),
                "https://example.org/done",
                Duration.ofDays(30),
                false,
                faults);
        assertThat(parent.retryOf(ID, ID))
                .isEqualTo(new JobSpec(
                        "name",
                        Map.of("team", "blue"),
                        new ItemsSpec(new InputSpec.FailedItemsOf(ID, ID), Format.LINES),
                        ProcessorSpec.of("text-stats"),
                        new Execution(EngineKind.LOCAL, 7, 2, CommitMode.EACH, null),
                        new FailedItemLimits(OnItemError.FAIL, 4L, 2.5),
                        "https://example.org/done",
                        Duration.ofDays(30),
                        true,
                        null));
    }

    @Test
    void the_outcome_tells_whether_all_some_or_no_items_succeeded() {
        assertThat(Outcome.of(new Position(0, 0, 0, 0, 0, 0))).isEqualTo(Outcome.SUCCEEDED);
        assertThat(Outcome.of(new Position(3, 0, 0, 0, 3, 0))).isEqualTo(Outcome.SUCCEEDED);
        assertThat(Outcome.of(new Position(3, 0, 0, 0, 2, 1))).isEqualTo(Outcome.PARTIAL);
        assertThat(Outcome.of(new Position(3, 0, 0, 0, 0, 3))).isEqualTo(Outcome.ALL_FAILED);
    }

    @Test
    void a_position_counts_each_item_once() {
        assertThatThrownBy(() -> new Position(4, 0, 0, 0, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Position(0, -1, 0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Position(0, 0, 0, 0, 1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_job_id_has_ten_to_forty_small_letters_digits_and_hyphens() {
        for (String id : List.of("0123456789", "abcdefghi-", "z".repeat(40))) {
            assertThat(JobId.isValid(id)).as(id).isTrue();
        }
        for (String id :
                List.of("", "012345678", "z".repeat(41), "A123456789", "../../../etc", "0123456789\n", "012345678.")) {
            assertThat(JobId.isValid(id)).as(id).isFalse();
            assertThatThrownBy(() -> new JobId(id)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
