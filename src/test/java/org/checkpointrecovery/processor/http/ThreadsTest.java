package org.checkpointrecovery.processor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class ThreadsTest {
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("http"))
                .collect(Collectors.toSet());
    }

    @Test
    void a_closed_processor_leaves_no_thread_whatever_was_under_way() throws InterruptedException {
        Set<Thread> before = threads();
        try (MisbehavingServer server = MisbehavingServer.that((request, time, exchange) -> {
            if (request.body().equals("never")) {
                exchange.fallSilent();
            }
            exchange.answer(200, "");
        })) {
            try (Calling calling = Calling.with(HttpSpec.to(server.url()))) {
                Calling.result(calling.answer("a"));
                var unused = calling.begin(1, "never");
                assertThat(threads()).hasSizeGreaterThan(before.size());
            }
            for (Thread thread : threads()) {
                if (!before.contains(thread)) {
                    thread.join(Duration.ofSeconds(10).toMillis());
                    assertThat(thread.isAlive()).as(thread.getName()).isFalse();
                }
            }
        }
    }
}
