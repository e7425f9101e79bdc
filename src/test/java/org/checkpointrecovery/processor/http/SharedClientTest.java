package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.processor.Answer;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processors of several jobs that call the same endpoint with the client of the service. */
class SharedClientTest {
    private static final int SAFETY_MILLIS = 60_000;

    private final HttpKind kind =
            Calling.kind(Map.of(), AddressRules.any(), NameLookup.SYSTEM, new SslContextFactory.Client());
    private ServerSocket server = unbound();

    private static ServerSocket unbound() {
        try {
            return new ServerSocket();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setSoTimeout(SAFETY_MILLIS);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private Calling calling() {
        String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
        return Calling.with(HttpSpec.to(url).concurrency(1).maxAttempts(1).build(), kind);
    }

    /** Accepts a connection and reads the start of its request. */
    private Socket accept() throws IOException {
        Socket connection = server.accept();
        connection.setSoTimeout(SAFETY_MILLIS);
        assertThat(connection.getInputStream().read()).isEqualTo('P');
        return connection;
    }

    private static void answer(Socket connection) throws IOException {
        connection.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".getBytes(US_ASCII));
    }

    private static void readToEnd(Socket connection) throws IOException {
        InputStream in = connection.getInputStream();
        while (in.read() >= 0) {
            // the rest of its requests
        }
    }

    @Test
    void a_call_that_is_not_answered_holds_up_no_other_job_and_ends_with_its_own() throws Exception {
        Calling first = calling();
        try (Calling second = calling()) {
            CompletableFuture<Answer> lost = first.begin(0, "never answered");
            try (Socket silent = accept()) {
                CompletableFuture<Answer> answered = second.begin(0, "a");
                try (Socket other = accept()) {
                    first.close();
                    readToEnd(silent);
                    answer(other);
                    assertThat(Calling.result(Calling.await(answered))).endsWith("\"body\":[]}");
                    assertThat(lost).isNotDone();
                }
            }
        }
    }

    @Test
    void a_connection_that_is_kept_belongs_to_its_job() throws Exception {
        Calling first = calling();
        Calling second = calling();
        CompletableFuture<Answer> one = first.begin(0, "a");
        try (Socket kept = accept()) {
            answer(kept);
            Calling.await(one);
            CompletableFuture<Answer> two = second.begin(0, "b");
            try (Socket own = accept()) {
                answer(own);
                Calling.await(two);
                first.close();
                readToEnd(kept);
                second.close();
                readToEnd(own);
            }
        }
    }
}
