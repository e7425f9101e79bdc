package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The dashboard's files, out of the jar. They hold no data, so they need no token: the page asks for it. */
final class Dashboard {
    static final String ASSETS = "/dashboard/";

    /** Nothing but this service's own files and calls: what an item may hold is neither run nor fetched. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String PAGE = "index.html";
    private static final List<String> FILES = List.of(
            PAGE,
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
            "outputs.js",
            "processor-form.js",
            "sha256.js",
            "style.css",
            "submit.js");
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8");

    private final Map<String, byte[]> files = new TreeMap<>();
    private final Transfers transfers;

    Dashboard(Transfers transfers) {
        this.transfers = transfers;
        FILES.forEach(name -> files.put(name, read(name)));
    }

    private static byte[] read(String name) {
        try (InputStream file = Dashboard.class.getResourceAsStream(ASSETS + name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a path is the page's, or that of one of its parts. */
    static boolean isAt(String path) {
        return path.equals("/") || path.startsWith(ASSETS);
    }

    void page(Context ctx) throws IOException {
        send(ctx, PAGE);
    }

    void asset(Context ctx) throws IOException {
        send(ctx, ctx.pathParam("file"));
    }

    private void send(Context ctx, String name) throws IOException {
        byte[] file = files.get(name);
        if (file == null) {
            throw Problem.of(Problem.Kind.NOT_FOUND, "There is nothing at " + ctx.path() + ".")
                    .exception();
        }
        ctx.header("Content-Security-Policy", POLICY);
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("Cache-Control", "no-cache"); // else an old page would meet a new service
        ctx.contentType(MEDIA_TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
        transfers.shared(ctx, file);
    }
}
