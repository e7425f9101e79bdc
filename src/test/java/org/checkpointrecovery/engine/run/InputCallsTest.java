package org.checkpointrecovery.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.storage.Input;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Reads of an input on a thread of their own. */
class InputCallsTest {
    private static final Input FOREIGN = Input.of(Path.of("input"), true);

    private final RunControl control = new RunControl();
    private final AtomicReference<Thread> thread = new AtomicReference<>();

    @RepeatedTest(500)
    void a_read_that_returns_leaves_no_thread() throws Exception {
        String read = InputCalls.call(control, FOREIGN, "input", () -> {
            thread.set(Thread.currentThread());
            return "read";
        });
        assertThat(read).isEqualTo("read");
        assertThat(thread.get()).isNotNull().matches(ended -> !ended.isAlive());
    }

    @RepeatedTest(500)
    void a_read_that_fails_leaves_no_thread() {
        assertThatThrownBy(() -> InputCalls.call(control, FOREIGN, "input", () -> {
                    thread.set(Thread.currentThread());
                    throw new IOException("no such device");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no such device");
        assertThat(thread.get()).isNotNull().matches(ended -> !ended.isAlive());
    }

    @Test
    void an_input_to_which_only_the_service_may_write_is_read_without_another_thread() throws Exception {
        Input own = Input.of(Path.of("input"), false);
        assertThat(InputCalls.call(control, own, "input", Thread::currentThread))
                .isEqualTo(Thread.currentThread());
        assertThatThrownBy(() -> InputCalls.call(control, own, "input", () -> {
                    throw new IOException("no such device");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no such device");
    }
}
