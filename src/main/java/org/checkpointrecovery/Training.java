package org.checkpointrecovery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.checkpointrecovery.api.ApiServer;
import org.checkpointrecovery.cli.CommandLineTool;
import org.checkpointrecovery.cli.ServiceConfig;
import org.checkpointrecovery.storage.DataDirectory;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;

/**
 * Does what processes do first, so that a class-data archive made at its end has their classes: a small {@code run} that crashes
 * and continues, and a service that takes a job and shows it. Packaging starts it with {@code -XX:ArchiveClassesAtExit}.
 */
final class Training {
    private static final String ITEMS = "{\"input\":{\"items\":[\"a\",\"b\"]}}";

    private Training() {}

    /** @param arguments an empty directory, which is all that is written to */
    public static void main(String[] arguments) throws IOException {
        Disk disk = LocalDisk.underUmask();
        Path directory = Path.of(arguments[0]);
        byte[] lines = "a\nb\nc\nna\u00efve\n".getBytes(StandardCharsets.UTF_8);
        try (DiskFile input = disk.open(directory.resolve("input.txt"))) {
            input.append(lines, 0, lines.length);
        }
        String[] allCommands = {"--version"};
        expect(
                CommandLineTool.DONE,
                CommandLineTool.run(allCommands, Map.of(), Main::spec, config -> CommandLineTool.FAILED));
        expect(CommandLineTool.SIMULATED_CRASH, run(directory, "--simulate-crash", "3"));
        expect(CommandLineTool.DONE, run(directory, "--commit", "group"));
        Preparation.run();
        String[] serve = {
            "serve", "--port", "0", "--data", directory.resolve("data").toString(), "--input-dir", directory.toString()
        };
        expect(CommandLineTool.DONE, CommandLineTool.run(serve, Map.of(), Main::spec, Training::serve));
    }

    private static int run(Path directory, String option, String value) {
        String[] run = {
            "run",
            "--input",
            directory.resolve("input.txt").toString(),
            "--output",
            directory.resolve("output.json").toString(),
            "--batch-size",
            "1",
            option,
            value
        };
        return CommandLineTool.run(run, Map.of(), Main::spec, config -> CommandLineTool.FAILED);
    }

    private static int serve(ServiceConfig config) {
        try (DataDirectory data = DataDirectory.take(config.storage().data());
                ServiceGraph service = Main.service(config, data)) {
            String url = "http://127.0.0.1:" + service.listen().port();
            service.open();
            takeAndShow(url);
            return CommandLineTool.DONE;
        } catch (IOException | ApiServer.PortTakenException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void takeAndShow(String url) throws IOException {
        String job = call(url + "/v1/jobs", "application/json", ITEMS);
        call(url + job + "/events", null, null); // until the job ends
        call(url + "/v1/files", "text/plain", "a\nb\n");
        for (String path :
                new String[] {job, job + "/progress", job + "/results", "/v1/jobs", "/v1/files", "/readyz"}) {
            call(url + path, null, null);
        }
    }

    /** Sends a request and reads the response to its end. Returns the path of what it has created, or the path of the request. */
    private static String call(String url, @Nullable String type, @Nullable String body) throws IOException {
        URI uri = URI.create(url);
        HttpURLConnection call = (HttpURLConnection) uri.toURL().openConnection();
        if (type != null && body != null) {
            call.setRequestProperty("Content-Type", type);
            call.setDoOutput(true);
            call.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
        }
        try (InputStream response = call.getInputStream()) { // which throws for a status of 400 and more
            long unused = response.transferTo(OutputStream.nullOutputStream());
        }
        String created = call.getHeaderField("Location");
        return created == null ? uri.getPath() : created;
    }

    private static void expect(int expected, int code) {
        if (code != expected) {
            throw new IllegalStateException("exit code " + code + " instead of " + expected);
        }
    }
}
