package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Expects that the service refuses a call. */
final class Refused {
    private Refused() {}

    /** Makes the call, and returns why it was refused, which must be of that kind. */
    static <R extends Refusal> R as(Class<R> kind, ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        Assertions.assertThat(thrown).isInstanceOf(RefusedException.class);
        Refusal refusal = ((RefusedException) thrown).refusal();
        Assertions.assertThat(refusal).isInstanceOf(kind);
        return kind.cast(refusal);
    }
}
