package org.checkpointrecovery.processor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.Test;

/** How programs start. */
class LaunchTest {
    private static final int AT_ONCE = 8;
    private static final int STARTS = 25;

    @Test
    void only_one_helper_of_the_jdk_runs_at_a_time() throws Exception {
        Launch launch =
                new Launch("true", List.of("/bin/true"), new Commands(Map.of(), Set.of(), List.of("/usr/bin/setsid")));
        CountDownLatch ended = new CountDownLatch(AT_ONCE);
        long most = 0;
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            for (int thread = 0; thread < AT_ONCE; thread++) {
                var unused = threads.submit(() -> {
                    try {
                        for (int start = 0; start < STARTS; start++) {
                            launch.start(Map.of()).await();
                        }
                    } finally {
                        ended.countDown();
                    }
                    return null;
                });
            }
            while (ended.getCount() > 0) {
                most = Math.max(most, helpers());
            }
        } finally {
            threads.shutdown();
        }
        Await.open(ended);
        assertThat(most).isEqualTo(1);
    }

    private static long helpers() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("/jspawnhelper"))
                .count();
    }
}
