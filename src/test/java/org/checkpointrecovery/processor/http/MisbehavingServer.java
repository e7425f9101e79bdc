package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint on this machine that writes what it is told to, byte by byte, whether that is HTTP or not. Each connection has a
 * thread of its own.
 */
public final class MisbehavingServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Behaviour behaviour;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> times = new java.util.concurrent.ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What it does with a request. */
    public interface Behaviour {
        /** @param time how often the item was sent, with this one */
        void answer(Received request, int time, Exchange exchange) throws IOException, InterruptedException;
    }

    /** @param headers by their names in lower case */
    public record Received(String method, String path, Map<String, String> headers, String body) {
        public @Nullable String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }
    }

    /** The side of a connection that a behaviour writes to. */
    public final class Exchange {
        private final Socket connection;
        private final OutputStream out;
        private int requests;

        Exchange(Socket connection) throws IOException {
            this.connection = connection;
            this.out = connection.getOutputStream();
        }

        public void write(String text) throws IOException {
            out.write(text.getBytes(ISO_8859_1));
            out.flush();
        }

        /** A whole answer. */
        public void answer(int status, String body, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            write(head + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        }

        /** How many requests have come over this connection, the present one included. */
        public int requests() {
            return requests;
        }

        public void close() throws IOException {
            connection.close();
        }

        /** Closes it so that the other side sees a reset. */
        public void reset() throws IOException {
            connection.setSoLinger(true, 0);
            connection.close();
        }

        /** Holds the connection, and says nothing more. */
        public void fallSilent() throws InterruptedException {
            closed.await();
        }
    }

    private MisbehavingServer(ServerSocket socket, Behaviour behaviour) {
        this.socket = socket;
        this.behaviour = behaviour;
        start(this::accept);
    }

    public static MisbehavingServer that(Behaviour behaviour) {
        try {
            return that(behaviour, new ServerSocket(0, 500, InetAddress.getLoopbackAddress()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static MisbehavingServer that(Behaviour behaviour, ServerSocket socket) {
        return new MisbehavingServer(socket, behaviour);
    }

    public int port() {
        return socket.getLocalPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port() + "/";
    }

    public List<Received> received() {
        return received;
    }

    public int connections() {
        return connections.size();
    }

    private void start(Runnable task) {
        Thread thread = new Thread(task, "misbehaving");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connections.add(connection);
                start(() -> serve(connection));
            }
        } catch (IOException e) {
            // it is closed
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            Exchange exchange = new Exchange(connection);
            for (Received request = read(in); request != null; request = read(in)) {
                received.add(request);
                exchange.requests++;
                String item = String.valueOf(request.header("Item-Index"));
                int time = times.computeIfAbsent(item, unknown -> new AtomicInteger())
                        .incrementAndGet();
                behaviour.answer(request, time, exchange);
            }
        } catch (IOException e) {
            // the client has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static @Nullable Received read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String[] words = first.split(" ", -1);
        return new Received(words[0], words[1], headers, new String(body, ISO_8859_1));
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            socket.close();
            for (Socket connection : new ArrayList<>(connections)) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
