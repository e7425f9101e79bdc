package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A connection on which a test writes what no HTTP client would. */
final class RawHttp implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final OutputStream out;

    RawHttp(TestServer service) throws IOException {
        this(service.connect());
    }

    RawHttp(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
    }

    /** Sends one request, as it is, and returns the answer. */
    static Answer exchange(TestServer service, String request) throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            return raw.send(request).answer();
        }
    }

    /** One char, one byte. */
    RawHttp send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    /** Sends the head of a request of HTTP/1.1, with {@code Host}. */
    RawHttp head(String methodAndTarget, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(methodAndTarget + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return send(head.append("\r\n").toString());
    }

    RawHttp send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawHttp chunk(byte[] bytes) throws IOException {
        return send(Integer.toHexString(bytes.length) + "\r\n").send(bytes).send("\r\n");
    }

    RawHttp lastChunk() throws IOException {
        return send("0\r\n\r\n");
    }

    /** No more is sent, but the answer is still read. */
    RawHttp endSending() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Breaks the connection off, as a client that is killed. */
    void breakOff() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads an answer whose length is told, or that ends with the connection. */
    Answer answer() throws IOException {
        InputStream in = socket.getInputStream();
        String status = line(in);
        while (status.startsWith("HTTP/1.1 100")) {
            line(in);
            status = line(in);
        }
        if (!status.startsWith("HTTP/1.1 ")) {
            throw new AssertionError("Not an answer: '" + status + "'");
        }
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String[] parts = header.split(": ?", 2);
            headers.computeIfAbsent(parts[0], name -> new ArrayList<>()).add(parts[1]);
        }
        List<String> length = headers.get("Content-Length");
        byte[] body = length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length.get(0)));
        return new Answer(Integer.parseInt(status.substring(9, 12)), headers, body);
    }

    /** Whether the service has ended the connection and sent no more, waiting for it. */
    boolean isEnded() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
