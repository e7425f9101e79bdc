package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.DataCheck;
import org.checkpointrecovery.storage.DataLayout;
import org.checkpointrecovery.storage.LocalDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of damage is found, and nothing else is. */
class DataCheckTest {
    private static final DataLayout DATA = StoredJobsOfAllKinds.DATA;

    private StoredJobsOfAllKinds stored;

    @BeforeEach
    void a_service_has_stopped() throws Exception {
        stored = StoredJobsOfAllKinds.make(1);
    }

    private List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>();
        DataCheck.Summary summary = new DataCheck(stored.disk(), DATA, problems::add).run();
        assertThat(summary.problems()).isEqualTo(problems.size());
        return problems;
    }

    private void assertFound(Path file, String what) throws IOException {
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith(DATA.root().relativize(file) + ": ")
                .contains(what);
    }

    private void flip(Path file, int at) {
        byte[] bytes = stored.disk().bytes(file);
        bytes[at] ^= 1;
        stored.disk().write(file, bytes);
    }

    private void shorten(Path file) {
        byte[] bytes = stored.disk().bytes(file);
        stored.disk().write(file, Arrays.copyOf(bytes, bytes.length - 1));
    }

    @Test
    void data_without_damage_has_no_problem() throws IOException {
        assertThat(problems()).isEmpty();
        assertThat(new DataCheck(stored.disk(), DATA, problem -> {}).run())
                .extracting(DataCheck.Summary::jobs, DataCheck.Summary::files)
                .containsExactly(2, 1);
    }

    @Test
    void a_changed_record_is_found() throws IOException {
        Path record = stored.of(stored.completed(), "job.json");
        flip(record, 30);
        assertFound(record, "it is damaged: checksum");
    }

    @Test
    void a_missing_record_is_found() throws IOException {
        Path record = stored.of(stored.completed(), "job.json");
        stored.disk().delete(record);
        assertFound(record, "it is missing");
    }

    @Test
    void results_and_errors_without_their_last_byte_are_found() throws IOException {
        for (String name : List.of("results.jsonl", "errors.jsonl")) {
            Path file = stored.of(stored.completed(), name);
            byte[] whole = stored.disk().bytes(file);
            shorten(file);
            assertFound(file, whole.length + " bytes are committed, but it has only " + (whole.length - 1));
            stored.disk().write(file, whole);
            flip(file, whole.length - 1);
            assertFound(file, "no line ends at that byte");
            stored.disk().delete(file);
            assertFound(file, "it is missing");
            stored.disk().write(file, whole);
        }
    }

    @Test
    void results_shorter_than_a_checkpoint_says_are_found() throws IOException {
        Path results = stored.of(stored.failed(), "results.jsonl");
        stored.disk().write(results, new byte[] {'\n'});
        assertFound(results, "bytes are committed, but it has only 1");
    }

    @Test
    void a_damaged_checkpoint_is_found_and_so_is_the_one_before() throws IOException {
        for (String name : List.of("checkpoint.json", "checkpoint.previous.json")) {
            Path checkpoint = stored.of(stored.failed(), name);
            flip(checkpoint, 40);
            assertFound(checkpoint, "it is damaged: checksum");
            flip(checkpoint, 40);
        }
    }

    @Test
    void a_changed_input_of_a_job_is_found() throws IOException {
        Path input = stored.of(stored.completed(), "input.txt");
        flip(input, 1);
        assertFound(input, "now it has 14 bytes, checksum");
        stored.disk().delete(input);
        assertFound(input, "it is missing");
    }

    @Test
    void a_changed_upload_is_found() throws IOException {
        Path content = stored.ofUpload("content");
        flip(content, 2);
        assertFound(content, "its SHA-256 is ");
        shorten(content);
        assertFound(content, "it has 7 bytes instead of 8");
        stored.disk().delete(content);
        assertFound(content, "it is missing");
    }

    @Test
    void a_changed_record_of_an_upload_is_found() throws IOException {
        Path record = stored.ofUpload("file.json");
        flip(record, 30);
        assertFound(record, "it is damaged: checksum");
        stored.disk().delete(record);
        assertFound(record, "it is missing");
    }

    @Test
    void an_upload_that_a_job_needs_is_missed() throws IOException {
        Path upload = DATA.files().resolve(stored.upload());
        stored.disk().deleteTree(upload);
        assertFound(upload, "job " + stored.failed() + " needs this file");
    }

    @Test
    void a_damaged_line_of_the_index_is_found() throws IOException {
        flip(DATA.index(), 30);
        assertFound(DATA.index(), "damaged lines: 1. Delete the file");
    }

    @Test
    void a_damaged_entry_of_the_log_before_a_whole_one_is_found() throws Exception {
        Path segment = DATA.log().resolve("99.log");
        byte[] first = "SAVED 0mh3k2v9x-7fq2mzt4 00000000\n\n".getBytes(StandardCharsets.US_ASCII);
        byte[] start = "checkpoint-recovery log 1\n".getBytes(StandardCharsets.US_ASCII);
        stored.disk().write(segment, concat(start, first));
        assertThat(problems()).isEmpty(); // its write may have been interrupted
        stored.disk().write(segment, concat(start, first, entry("DELETED 0mh3k2v9x-7fq2mzt4 ")));
        assertFound(segment, "an entry is damaged");
        start[24] = '2';
        stored.disk().write(segment, start);
        assertThatThrownBy(this::problems).hasMessageContaining("was written by another release");
    }

    private static byte[] entry(String header) {
        CRC32C crc = new CRC32C();
        crc.update(header.getBytes(StandardCharsets.US_ASCII));
        String digits = HexFormat.of().toHexDigits((int) crc.getValue());
        return (header + digits + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void a_damaged_key_is_found() throws IOException {
        stored.disk().write(DATA.callbackKey(), new byte[] {'x'});
        assertFound(DATA.callbackKey(), "is not whsec_");
    }

    @Test
    void what_is_no_job_and_no_upload_is_found() throws IOException {
        for (Path parent : List.of(DATA.jobs(), DATA.files())) {
            Path stranger = parent.resolve("0mh3k2v9x-stranger");
            stored.disk().write(stranger, new byte[0]);
            assertFound(stranger, "the service ignores it. Remove it.");
            stored.disk().delete(stranger);
        }
    }

    @Test
    void an_incomplete_backup_is_no_data() throws IOException {
        stored.disk().write(DATA.incompleteBackup(), new byte[0]);
        assertFound(DATA.incompleteBackup(), "this backup is incomplete");
    }

    @Test
    void another_directory_is_refused() {
        assertThatThrownBy(() -> new DataCheck(stored.disk(), new DataLayout(DATA.jobs()), problem -> {}).run())
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("is not a data directory");
    }

    private static Map<Path, String> tree(Path root) throws IOException {
        Map<Path, String> tree = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.toList()) {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                String bytes = attributes.isRegularFile() ? HexFormat.of().formatHex(Files.readAllBytes(path)) : "";
                tree.put(path, attributes.lastModifiedTime() + " " + Files.getAttribute(path, "unix:ctime") + bytes);
            }
        }
        return tree;
    }

    @Test
    void nothing_is_changed_and_a_running_service_has_no_problem(@TempDir Path directory) throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        LocalDisk disk = new LocalDisk();
        String[] items = IntStream.range(0, 400).mapToObj(i -> "item " + i).toArray(String[]::new);
        try (TestService service = TestService.start(disk, TestService.Options.of(data))) {
            String unused = service.upload("a\n");
            JobId id = service.submit(TestSpec.spec().batchSize(3).itemDelay(Duration.ofMillis(2)), items);
            int checks = 0;
            while (service.status(id) != Status.COMPLETED) {
                JobId another = service.submit(TestSpec.spec(), "a", "b");
                List<String> problems = new ArrayList<>();
                DataCheck.Summary summary = new DataCheck(disk, new DataLayout(data), problems::add).run();
                assertThat(problems).isEmpty();
                assertThat(summary.files()).isOne();
                checks++;
                if (checks % 2 == 0) {
                    service.await(another, Status.COMPLETED);
                    service.service().verbs().delete(another);
                }
            }
            assertThat(checks).isPositive();
        }
        Map<Path, String> before = tree(data);
        List<String> problems = new ArrayList<>();
        DataCheck.Summary unused = new DataCheck(disk, new DataLayout(data), problems::add).run();
        assertThat(problems).isEmpty();
        assertThat(tree(data)).isEqualTo(before);
    }
}
