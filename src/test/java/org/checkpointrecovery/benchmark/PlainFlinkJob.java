package org.checkpointrecovery.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.checkpointrecovery.processor.PlainTextStats;

/**
 * What one would write for Flink without the service: lines from a file, the same function, results into files. It has no
 * index of items, no order, no errors and no single line of JSON per failed item.
 */
public final class PlainFlinkJob {
    private static final String BOUNDARY = UUID.randomUUID().toString();

    private PlainFlinkJob() {}

    /** The same work as that of {@code text-stats}. */
    public static final class Statistics implements MapFunction<String, String> {
        private static final long serialVersionUID = 1;

        @Override
        public String map(String line) {
            return PlainTextStats.of(0, line);
        }
    }

    /** @param arguments the path of the input, and of the directory for the results */
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        FileSource<String> lines = FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(arguments[0]))
                .build();
        environment
                .fromSource(lines, WatermarkStrategy.noWatermarks(), "lines")
                .map(new Statistics())
                .sinkTo(FileSink.forRowFormat(new Path(arguments[1]), new SimpleStringEncoder<String>("UTF-8"))
                        .build());
        environment.executeAsync("plain");
    }

    /**
     * Has a cluster run it.
     *
     * @param cluster its REST API
     * @return the id of the Flink job
     */
    static String submit(HttpClient client, URI cluster, java.nio.file.Path input, java.nio.file.Path output, int tasks)
            throws IOException, InterruptedException {
        java.nio.file.Path jar = Files.createTempFile("plain", ".jar");
        try {
            pack(jar);
            String uploaded = call(client, upload(cluster, jar), "filename");
            String id = uploaded.substring(uploaded.lastIndexOf('/') + 1);
            String body = """
                    {"entryClass":"%s","parallelism":%d,"programArgsList":["%s","%s"],
                     "flinkConfiguration":{"execution.checkpointing.interval":"2 s"}}
                    """.formatted(PlainFlinkJob.class.getName(), tasks, input, output);
            HttpRequest run = HttpRequest.newBuilder(cluster.resolve("/jars/" + id + "/run"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return call(client, run, "jobid");
        } finally {
            Files.delete(jar);
        }
    }

    private static void pack(java.nio.file.Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> each : List.of(PlainFlinkJob.class, Statistics.class, PlainTextStats.class)) {
                add(out, each.getName().replace('.', '/') + ".class");
            }
            add(out, "org/checkpointrecovery/processor/upper-unicode14.txt");
        }
    }

    private static void add(JarOutputStream out, String name) throws IOException {
        out.putNextEntry(new JarEntry(name));
        try (InputStream in = PlainFlinkJob.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IOException(name + " is not on the class path");
            }
            in.transferTo(out);
        }
        out.closeEntry();
    }

    private static HttpRequest upload(URI cluster, java.nio.file.Path jar) throws IOException {
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
