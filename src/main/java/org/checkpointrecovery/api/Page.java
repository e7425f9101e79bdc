package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A page for browsers and its files, from a directory of the jar: the dashboard and the API reference. The files contain no
 * data, so they need no token; the page asks for the token.
 */
final class Page {
    private static final String MAIN_FILE = "index.html";
    /** Only files and calls of this service: what an item may contain is neither run nor fetched. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8");

    private final String path;
    private final String directory;
    private final String policy;
    private final Set<String> names;
    private final Transfers transfers;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();

    private Page(String path, String directory, String policy, Set<String> names, Transfers transfers) {
        this.path = path;
        this.directory = directory;
        this.policy = policy;
        this.names = names;
        this.transfers = transfers;
    }

    static Page dashboard(Transfers transfers) {
        Set<String> names = Set.of(
                "actions.js",
                "api.js",
                "chart.js",
                "crash-demo.js",
                "dashboard.js",
                "dialogs.js",
                "dom.js",
                "events.js",
                "format.js",
                "job.js",
                "jobs.js",
                "option-form.js",
                "outputs.js",
                "sha256.js",
                "style.css",
                "submit.js");
        return new Page("/", "/dashboard/", POLICY, names, transfers);
    }

    /** Swagger UI over {@code /openapi.json}. It sets style attributes, so its policy allows inline styles. */
    static Page reference(Transfers transfers) {
        Set<String> names = Set.of("reference.js", "swagger-ui-bundle.js", "swagger-ui.css");
        String policy = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
        return new Page("/docs", "/docs/", policy, names, transfers);
    }

    String path() {
        return path;
    }

    /** The path of its files. */
    String parts() {
        return directory + "{file}";
    }

    /** Whether a request is for the page or one of its files. */
    boolean isAt(String requestPath) {
        return requestPath.equals(path) || requestPath.startsWith(directory);
    }

    void main(Context ctx) throws IOException {
        send(ctx, MAIN_FILE);
    }

    void part(Context ctx) throws IOException {
        String name = ctx.pathParam("file");
        if (!names.contains(name)) {
            throw Problem.of(Problem.Kind.NOT_FOUND, "The path " + ctx.path() + " does not exist.")
                    .exception();
        }
        send(ctx, name);
    }

    private void send(Context ctx, String name) throws IOException {
        ctx.header("Content-Security-Policy", policy);
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("Cache-Control", "no-cache"); // else an old page would be used with a new service
        ctx.contentType(MEDIA_TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
        transfers.shared(ctx, file(name));
    }

    private byte[] file(String name) throws IOException {
        byte[] file = files.get(name);
        if (file == null) {
            file = Resource.read(directory + name);
            files.put(name, file);
        }
        return file;
    }
}
