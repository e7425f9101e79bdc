package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** An endpoint that speaks HTTP/2 behind TLS, with a certificate for localhost that nobody has signed. */
public final class TlsEndpoint implements AutoCloseable {
    public static final String PASSWORD = "changeit";

    private final Path keys;
    private final Server server = new Server();
    private final List<String> versions = new CopyOnWriteArrayList<>();
    private final Set<Object> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    private TlsEndpoint(Path keys) {
        this.keys = keys;
    }

    /** @param directory where its key is put */
    public static TlsEndpoint start(Path directory) throws Exception {
        TlsEndpoint endpoint = new TlsEndpoint(directory.resolve("keys.p12"));
        endpoint.makeKeys();
        endpoint.serve();
        return endpoint;
    }

    private void makeKeys() throws Exception {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (made.waitFor() != 0) {
            throw new AssertionError("keytool made no key");
        }
    }

    private void serve() throws Exception {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(keys.toString());
        tls.setKeyStorePassword(PASSWORD);
        HttpConfiguration http = new HttpConfiguration();
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2", "http/1.1");
        alpn.setDefaultProtocol("http/1.1");
        ServerConnector connector = new ServerConnector(
                server,
                new SslConnectionFactory(tls, alpn.getProtocol()),
                alpn,
                new HTTP2ServerConnectionFactory(http),
                new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                versions.add(request.getConnectionMetaData().getProtocol());
                boolean first = connections.add(request.getConnectionMetaData().getId());
                if (closing && !first) {
                    request.getConnectionMetaData()
                            .getConnection()
                            .getEndPoint()
                            .close();
                    return true;
                }
                response.write(true, ByteBuffer.wrap("[1]".getBytes(UTF_8)), callback);
                return true;
            }
        });
        server.start();
    }

    public int port() {
        return server.getURI().getPort();
    }

    /** Where its key and certificate are; {@link #PASSWORD} opens it. */
    public String keys() {
        return keys.toString();
    }

    /** From now on answers the first request of a connection, and closes the connection at the second. */
    void closeKeptConnections() {
        closing = true;
    }

    /** The HTTP version of each request that came. */
    public List<String> versions() {
        return versions;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
