package org.checkpointrecovery.api;

import java.nio.ByteBuffer;
import org.checkpointrecovery.access.Identity;
import org.checkpointrecovery.access.Reloaded;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.DetectorConnectionFactory;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for TLS. A client that speaks plain HTTP gets a 400 that says so. */
final class TlsListener {
    private static final Logger log = LoggerFactory.getLogger(TlsListener.class);

    private final Reloaded<Identity> identity;
    private final SslContextFactory.Server context = new SslContextFactory.Server();

    TlsListener(Reloaded<Identity> identity) {
        this.identity = identity;
        context.setKeyStore(identity.get().store());
        context.setKeyStorePassword(Identity.PASSWORD);
        context.setRenegotiationAllowed(false); // lets a client demand handshakes without end
    }

    ServerConnector connector(Server server, HttpConfiguration http) {
        HttpConnectionFactory requests = new HttpConnectionFactory(http);
        SslConnectionFactory tls = new SslConnectionFactory(context, requests.getProtocol());
        tls.setEnsureSecureRequestCustomizer(false); // rejects names that the certificate lacks, even behind a proxy
        return new ServerConnector(server, new DetectorConnectionFactory(tls), requests);
    }

    /** Returns a handler that rejects requests in plain HTTP. */
    Handler.Singleton guard() {
        return new Guard();
    }

    /** Uses changed files for new connections. Open ones continue. Call from one thread. */
    void check() {
        boolean unused = identity.check(this::use);
    }

    private void use(Identity renewed) {
        try {
            context.reload(changed -> changed.setKeyStore(renewed.store()));
        } catch (Exception e) {
            log.error("The new certificate cannot be used. Restart the service with another one.", e);
        }
    }

    /** Whether the peer of an end point speaks TLS. */
    static boolean isEncrypted(EndPoint endPoint) {
        return endPoint instanceof SslConnection.SslEndPoint;
    }

    private static final class Guard extends Handler.Wrapper {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (isEncrypted(request.getConnectionMetaData().getConnection().getEndPoint())) {
                return super.handle(request, response, callback);
            }
            Problem problem = Problem.of(
                    Problem.Kind.BAD_REQUEST,
                    "This service speaks HTTPS only. Nothing was changed. Use https:// in the address.");
            response.setStatus(problem.kind().status());
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            response.write(true, ByteBuffer.wrap(problem.toJson()), callback);
            return true;
        }
    }
}
