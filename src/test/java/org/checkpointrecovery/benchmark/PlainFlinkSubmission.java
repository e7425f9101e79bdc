package org.checkpointrecovery.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Brings {@link PlainFlinkJob} to a cluster. Needs no library of Flink itself. */
final class PlainFlinkSubmission {
    private static final String JOB = "org.checkpointrecovery.benchmark.PlainFlinkJob";
    private static final String BOUNDARY = UUID.randomUUID().toString();

    private PlainFlinkSubmission() {}

    /**
     * Has a cluster run the job.
     *
     * @param cluster its REST API
     * @return the id of the Flink job
     */
    static String submit(HttpClient client, URI cluster, Path input, Path output, int tasks)
            throws IOException, InterruptedException {
        Path jar = Files.createTempFile("plain", ".jar");
        try {
            pack(jar);
            String uploaded = call(client, upload(cluster, jar), "filename");
            String id = uploaded.substring(uploaded.lastIndexOf('/') + 1);
            String body = """
                    {"entryClass":"%s","parallelism":%d,"programArgsList":["%s","%s"],
                     "flinkConfiguration":{"execution.checkpointing.interval":"2 s"}}
                    """.formatted(JOB, tasks, input, output);
            HttpRequest run = HttpRequest.newBuilder(cluster.resolve("/jars/" + id + "/run"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return call(client, run, "jobid");
        } finally {
            Files.delete(jar);
        }
    }

    private static void pack(Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            String job = JOB.replace('.', '/');
            add(out, job + ".class");
            add(out, job + "$Statistics.class");
            add(out, "org/checkpointrecovery/processor/PlainTextStats.class");
            add(out, "org/checkpointrecovery/processor/upper-unicode14.txt");
        }
    }

    private static void add(JarOutputStream out, String name) throws IOException {
        out.putNextEntry(new JarEntry(name));
        try (InputStream in = PlainFlinkSubmission.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IOException(name + " is not on the class path");
            }
            in.transferTo(out);
        }
        out.closeEntry();
    }

    private static HttpRequest upload(URI cluster, Path jar) throws IOException {
        String head =
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"plain.jar\"\r\n"
                        + "Content-Type: application/x-java-archive\r\n\r\n";
        return HttpRequest.newBuilder(cluster.resolve("/jars/upload"))
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofByteArrays(List.of(
                        head.getBytes(StandardCharsets.UTF_8),
                        Files.readAllBytes(jar),
                        ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8))))
                .build();
    }

    private static String call(HttpClient client, HttpRequest request, String field)
            throws IOException, InterruptedException {
        String answer =
                client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        String text = FlinkBenchmark.JSON.readTree(answer).path(field).asText();
        if (text.isEmpty()) {
            throw new IOException(answer);
        }
        return text;
    }
}
