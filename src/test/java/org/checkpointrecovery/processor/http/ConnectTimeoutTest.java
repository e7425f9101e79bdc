package org.checkpointrecovery.processor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.processor.Answer;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An endpoint that takes no more connections, because those that wait for it are as many as may wait. */
class ConnectTimeoutTest {
    private static final int MORE_THAN_MAY_WAIT = 50;
    private static final int CONNECT_TIMEOUT_MILLIS = 150;

    private final List<Socket> waiting = new ArrayList<>();
    private final CountDownLatch lookedUp = new CountDownLatch(2);
    private ServerSocket full = unbound();

    private static ServerSocket unbound() {
        try {
            return new ServerSocket();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void fillUp() throws IOException {
        full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        boolean taken = true;
        while (taken) {
            assertThat(waiting).hasSizeLessThan(MORE_THAN_MAY_WAIT);
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(full.getLocalSocketAddress(), CONNECT_TIMEOUT_MILLIS);
            } catch (SocketTimeoutException e) {
                taken = false;
            }
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : waiting) {
            socket.close();
        }
        full.close();
    }

    private Calling calling(int maxAttempts) {
        HttpKind kind = Calling.kind(
                Map.of(),
                AddressRules.any(),
                name -> {
                    lookedUp.countDown();
                    return List.of(InetAddress.getLoopbackAddress());
                },
                new SslContextFactory.Client());
        return Calling.with(
                HttpSpec.to("http://full.test:" + full.getLocalPort() + "/")
                        .connectTimeout(Duration.ofMillis(CONNECT_TIMEOUT_MILLIS))
                        .maxAttempts(maxAttempts)
                        .build(),
                kind);
    }

    @Test
    void an_item_fails_when_it_does_not_take_the_connection_in_time_at_any_attempt() {
        try (Calling calling = calling(3)) {
            Answer.Failed failed = Calling.failed(calling.answer("x"));
            assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.CONNECTION_FAILED);
            assertThat(failed.failure().message())
                    .contains("Cannot connect to full.test:" + full.getLocalPort() + " within 150 ms.");
            assertThat(failed.attempts()).isEqualTo(3);
        }
    }

    @Test
    void an_item_succeeds_when_it_takes_the_connection_at_a_later_attempt() throws Exception {
        try (Calling calling = calling(100)) {
            CompletableFuture<Answer> answer = calling.begin(7, "x");
            Await.open(lookedUp); // a second attempt is made
            for (Socket socket : waiting) {
                socket.close();
            }
            try (MisbehavingServer server =
                    MisbehavingServer.that((request, time, exchange) -> exchange.answer(200, "[1]"), full)) {
                assertThat(Calling.result(Calling.await(answer))).endsWith("\"body\":[1]}");
                assertThat(Integer.parseInt(String.valueOf(server.received()
                                .get(server.received().size() - 1)
                                .header("Attempt"))))
                        .isGreaterThan(1);
            }
        }
    }
}
