package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import kong.unirest.core.Header;
import kong.unirest.core.HttpRequest;
import kong.unirest.core.HttpRequestWithBody;
import kong.unirest.core.HttpResponse;
import kong.unirest.core.Unirest;
import kong.unirest.core.UnirestInstance;
import org.checkpointrecovery.Await;

/** Speaks to a service over HTTP, and holds each exchange against the contract. */
public final class ServiceClient implements AutoCloseable {
    /** Parsed once for all tests. */
    public static final Contract CONTRACT = Contract.load();

    static {
        // A server that stops waits a second for idle connections; a client of the JDK reads this once.
        System.setProperty("jdk.httpclient.keepalive.timeout", "0");
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    }

    private final UnirestInstance http = Unirest.spawnInstance();
    private final String address;

    public ServiceClient(String address, Contract contract) {
        this.address = address;
        http.config().defaultBaseUrl(address).followRedirects(false).interceptor(new ContractInterceptor(contract));
    }

    /** As {@code http://127.0.0.1:8080}. */
    public String address() {
        return address;
    }

    /** Trusts the certificates that a context trusts. */
    ServiceClient trusting(SSLContext trusted) {
        http.config().sslContext(trusted);
        return this;
    }

    /** Sends a header with each request from now on. */
    public ServiceClient always(String header, String value) {
        http.config().setDefaultHeader(header, value);
        return this;
    }

    /** Asks for responses as they are from now on, and not for compressed ones. */
    public ServiceClient uncompressed() {
        http.config().requestCompression(false);
        return this;
    }

    /** A request that is still to be sent with {@link #send}. */
    public HttpRequestWithBody request(String method, String path) {
        return http.request(method, path);
    }

    public static Answer send(HttpRequest<?> request) {
        HttpResponse<byte[]> response = request.asBytes();
        byte[] body = response.getBody();
        return new Answer(response.getStatus(), byName(response.getHeaders().all()), body == null ? new byte[0] : body);
    }

    private static Map<String, List<String>> byName(List<Header> headers) {
        var byName = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach(header -> byName.computeIfAbsent(header.getName(), name -> new ArrayList<>())
                .add(header.getValue()));
        return byName;
    }

    public Answer call(String method, String path) {
        return send(request(method, path));
    }

    public Answer get(String path) {
        return call("GET", path);
    }

    public Answer get(String path, String header, String value) {
        return send(http.get(path).header(header, value));
    }

    public Answer delete(String path) {
        return call("DELETE", path);
    }

    /** Without a body. */
    public Answer post(String path) {
        return call("POST", path);
    }

    public Answer post(String path, String json) {
        return send(http.post(path).contentType("application/json").body(json));
    }

    public Answer post(String path, String json, String header, String value) {
        return send(http.post(path)
                .contentType("application/json")
                .header(header, value)
                .body(json));
    }

    public Answer post(String path, byte[] json) {
        return send(http.post(path).contentType("application/json").body(json));
    }

    /** Sends a JSON Merge Patch. */
    public Answer patch(String path, String json) {
        return send(http.patch(path).contentType("application/merge-patch+json").body(json));
    }

    /** Uploads a file, and returns its id. */
    public String upload(byte[] content) {
        return send(http.post("/v1/files")
                        .contentType("application/octet-stream")
                        .body(content))
                .is(201)
                .id();
    }

    /** Submits a job, and returns its id. */
    public String submit(String spec) {
        return post("/v1/jobs", spec).is(201).id();
    }

    public Answer job(String id) {
        return get("/v1/jobs/" + id).is(200);
    }

    /** Asks a job for something, as {@code pause}. */
    public Answer ask(String id, String verb) {
        return post("/v1/jobs/" + id + "/" + verb);
    }

    /** Waits until a job is in a state; fails at once if it ends in another one. */
    public Answer await(String id, String state) {
        Answer job = Await.until(
                "job " + id + " is " + state,
                () -> job(id),
                seen -> seen.state().equals(state)
                        || List.of("COMPLETED", "CANCELLED", "FAILED", "CRASHED", "PAUSED")
                                .contains(seen.state()));
        assertThat(job.state()).as("%s", job).isEqualTo(state);
        return job;
    }

    /** Submits a job, and waits until it is COMPLETED. Returns its id. */
    public String complete(String spec) {
        String id = submit(spec);
        await(id, "COMPLETED");
        return id;
    }

    /** Asks a job that has ended a run to go on, and waits until it is COMPLETED. */
    public Answer resume(String id) {
        ask(id, "resume").is(202);
        return await(id, "COMPLETED");
    }

    public String results(String id) {
        return get("/v1/jobs/" + id + "/results").is(200).text();
    }

    public String errors(String id) {
        return get("/v1/jobs/" + id + "/errors").is(200).text();
    }

    @Override
    public void close() {
        http.close();
    }
}
