package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.LocalDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs that are compressed, or text in another encoding: the job keeps them as text in UTF-8. */
class DecodedInputTest {
    private static final int ROWS = 3000;
    private static final String TEXT = IntStream.range(0, ROWS)
            .mapToObj(i -> i == 0 ? "id,name\n" : i + ",Zo\u00eb " + i + "\n")
            .collect(Collectors.joining());

    @TempDir
    private Path directory;

    private Path inputs = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void makeDirectories() throws IOException {
        inputs = Files.createDirectory(directory.resolve("inputs"));
        data = Files.createDirectory(directory.resolve("data"));
    }

    private TestService start(Disk disk) throws IOException {
        return TestService.start(disk, TestService.Options.of(data).inputs(inputs));
    }

    /** How an input may come. */
    enum Form {
        GZIP("rows.txt.gz", TextEncoding.UTF_8),
        GZIP_WITHOUT_A_NAME("rows", TextEncoding.UTF_8),
        ZSTD("rows.txt.zst", TextEncoding.UTF_8),
        UTF_16LE("rows.txt", TextEncoding.UTF_16LE),
        UTF_16BE("rows.txt", TextEncoding.UTF_16BE),
        UTF_16("rows.txt", TextEncoding.UTF_16),
        WINDOWS_1252("rows.txt", TextEncoding.WINDOWS_1252),
        ISO_8859_1("rows.txt", TextEncoding.ISO_8859_1),
        GZIP_OF_UTF_16LE("rows.txt.gz", TextEncoding.UTF_16LE);

        final String name;
        final TextEncoding encoding;

        Form(String name, TextEncoding encoding) {
            this.name = name;
            this.encoding = encoding;
        }

        byte[] of(String text) throws IOException {
            byte[] bytes = text.getBytes(Charset.forName(encoding.text()));
            return switch (this) {
                case GZIP, GZIP_WITHOUT_A_NAME, GZIP_OF_UTF_16LE -> gzip(bytes);
                case ZSTD -> zstd(bytes);
                case UTF_16LE, UTF_16BE, UTF_16, WINDOWS_1252, ISO_8859_1 -> bytes;
            };
        }

        InputSpec path() {
            return new InputSpec.InputPath(name, Decoding.from(encoding));
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] zstd(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static TestSpec spec(InputSpec input, Format.Kind kind) {
        return TestSpec.spec().batchSize(100).over(input).format(new Format(kind, ','));
    }

    private String plainResults(TestService service, Format.Kind kind) throws Exception {
        Files.writeString(inputs.resolve("plain.txt"), TEXT);
        JobId id = service.submit(spec(new InputSpec.InputPath("plain.txt"), kind));
        service.await(id, Status.COMPLETED);
        return service.results(id);
    }

    @ParameterizedTest
    @EnumSource
    void the_results_are_those_of_the_plain_text_across_a_crash_and_a_restart_without_the_file(Form form)
            throws Exception {
        for (Format.Kind kind : List.of(Format.Kind.LINES, Format.Kind.CSV)) {
            JobId id;
            String plain;
            try (TestService service = start(new LocalDisk())) {
                plain = plainResults(service, kind);
                Files.write(inputs.resolve(form.name), form.of(TEXT));
                id = service.submit(spec(form.path(), kind).crashAfter(1234, CrashPoint.PROCESSING));
                service.await(id, Status.CRASHED);
                assertThat(service.files(id).ownInput()).hasContent(TEXT);
                Files.delete(inputs.resolve(form.name));
            }
            try (TestService service = start(new LocalDisk())) {
                service.service().verbs().resume(id);
                service.await(id, Status.COMPLETED);
                assertThat(service.results(id)).isEqualTo(plain);
                InputSpec shown = service.job(id).validSpec().input();
                assertThat(shown)
                        .isInstanceOfSatisfying(
                                InputSpec.InputPath.class,
                                path -> assertThat(path.path()).isEqualTo(form.name));
                assertThat(shown.decoding().encoding()).isEqualTo(form.encoding);
            }
        }
    }

    @Test
    void failed_items_are_retried_from_the_decoded_text() throws Exception {
        Files.write(inputs.resolve("rows.gz"), gzip(TEXT.getBytes(StandardCharsets.UTF_8)));
        try (TestService service = start(new LocalDisk())) {
            JobId id = service.submit(
                    spec(new InputSpec.InputPath("rows.gz"), Format.Kind.LINES).failItems(Set.of(7L, 2000L)));
            service.await(id, Status.COMPLETED);
            Files.delete(inputs.resolve("rows.gz"));
            JobId child = service.service()
                    .intake()
                    .retryFailed(id, null, null)
                    .view()
                    .job()
                    .id();
            service.await(child, Status.COMPLETED);
            assertThat(service.results(child).lines())
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains("\"index\":7,", "Zo\u00eb 7");
        }
    }

    @Test
    void an_upload_is_decoded_too_and_may_be_deleted_when_the_job_is_over() throws Exception {
        try (TestService service = start(new LocalDisk())) {
            String plain = plainResults(service, Format.Kind.LINES);
            String file = service.service()
                    .uploads()
                    .receive(null, new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.UTF_16LE)), Long.MAX_VALUE)
                    .id();
            JobId id = service.submit(
                    spec(new InputSpec.Upload(file, Decoding.from(TextEncoding.UTF_16LE)), Format.Kind.LINES));
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(plain);
            JobId created = service.submit(
                    spec(new InputSpec.Upload(file, Decoding.from(TextEncoding.UTF_16LE)), Format.Kind.LINES)
                            .notStarted());
            assertThatThrownBy(() -> service.service().uploads().delete(file)).isInstanceOf(RefusedException.class);
            service.service().verbs().cancel(created);
            service.service().uploads().delete(file);
        }
    }

    @Test
    void wide_text_is_refused_for_every_format_whether_it_is_a_path_or_an_upload() throws Exception {
        byte[] wide = ("\ufeff" + TEXT).getBytes(StandardCharsets.UTF_16LE);
        Files.write(inputs.resolve("wide.txt"), wide);
        Files.write(inputs.resolve("wide.gz"), gzip(wide));
        try (TestService service = start(new LocalDisk())) {
            String upload = service.service()
                    .uploads()
                    .receive(null, new ByteArrayInputStream(wide), Long.MAX_VALUE)
                    .id();
            for (Format.Kind kind : Format.Kind.values()) {
                assertRefused(service, new InputSpec.InputPath("wide.txt"), kind, Refusal.InputPart.PATH, "UTF-16LE");
                assertRefused(service, new InputSpec.InputPath("wide.gz"), kind, Refusal.InputPart.PATH, "UTF-16LE");
                assertRefused(service, new InputSpec.Upload(upload), kind, Refusal.InputPart.UPLOAD, "UTF-16LE");
            }
            assertNothingIsLeft(service);
        }
    }

    private static void assertRefused(
            TestService service, InputSpec input, Format.Kind kind, Refusal.InputPart part, String why) {
        Refusal refusal = Refused.as(Refusal.class, () -> service.submit(spec(input, kind)));
        assertThat(refusal.toString()).contains("part=" + part).contains(why);
        NewJob request = new NewJob(spec(input, kind).build(), List.of(), null);
        assertThat(Refused.as(Refusal.class, () -> service.service().intake().validate(request, 1)))
                .isEqualTo(refusal);
    }

    private void assertNothingIsLeft(TestService service) throws IOException {
        assertThat(service.service().jobs().newest(10)).isEmpty();
        try (var left = Files.list(data.resolve("jobs"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void a_damaged_file_is_refused_with_the_reason_and_leaves_nothing() throws Exception {
        byte[] whole = gzip(TEXT.getBytes(StandardCharsets.UTF_8));
        byte[] cut = Arrays.copyOf(whole, whole.length / 2);
        byte[] flipped = whole.clone();
        flipped[whole.length - 6] ^= 1; // its checksum
        byte[] more = Arrays.copyOf(whole, whole.length + 3);
        more[whole.length + 1] = 'x';
        byte[] zstd = zstd(TEXT.getBytes(StandardCharsets.UTF_8));
        byte[] cutZstd = Arrays.copyOf(zstd, zstd.length - 5);
        byte[] oddUtf16 = Arrays.copyOf(TEXT.getBytes(StandardCharsets.UTF_16LE), 101);
        try (TestService service = start(new LocalDisk())) {
            int number = 0;
            for (byte[] damaged : List.of(cut, flipped, more, cutZstd)) {
                String name = "damaged" + number++;
                Files.write(inputs.resolve(name), damaged);
                assertRefused(
                        service,
                        new InputSpec.InputPath(name),
                        Format.Kind.LINES,
                        Refusal.InputPart.PATH,
                        "cannot be used: ");
            }
            Files.write(inputs.resolve("odd"), oddUtf16);
            assertRefused(
                    service,
                    new InputSpec.InputPath("odd", Decoding.from(TextEncoding.UTF_16LE)),
                    Format.Kind.LINES,
                    Refusal.InputPart.PATH,
                    "byte 100");
            assertNothingIsLeft(service);
        }
    }

    @Test
    void a_file_that_decodes_to_too_much_is_refused_and_leaves_nothing() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bomb)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i <= TestService.MAX_DECODED_BYTES >> 20; i++) {
                out.write(zeros);
            }
        }
        Files.write(inputs.resolve("bomb.gz"), bomb.toByteArray());
        try (TestService service = start(new LocalDisk())) {
            assertRefused(
                    service,
                    new InputSpec.InputPath("bomb.gz"),
                    Format.Kind.LINES,
                    Refusal.InputPart.PATH,
                    "maxBytes=" + TestService.MAX_DECODED_BYTES);
            assertNothingIsLeft(service);
        }
    }

    @Test
    void a_full_disk_leaves_nothing_of_a_submission() throws Exception {
        Files.write(inputs.resolve("rows.gz"), gzip(TEXT.getBytes(StandardCharsets.UTF_8)));
        try (TestService service = start(new ForwardingDisk(new LocalDisk()) {
            @Override
            public DiskFile open(Path file) throws IOException {
                return file.getFileName().toString().equals("input.txt")
                        ? new ForwardingFile(super.open(file)) {
                            @Override
                            public void append(byte[] source, int start, int end) throws IOException {
                                throw new DiskFullException("No room", new IOException());
                            }
                        }
                        : super.open(file);
            }
        })) {
            assertThatThrownBy(() -> service.submit(spec(new InputSpec.InputPath("rows.gz"), Format.Kind.LINES)))
                    .isInstanceOf(DiskFullException.class);
            assertNothingIsLeft(service);
        }
    }
}
