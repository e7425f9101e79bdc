package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.ItemJournal.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The service's own files are written and read byte for byte as they are kept in {@code src/test/resources/golden}. */
class GoldenFilesTest {
    private static final Path DATA = Path.of("/data");
    private static final String UPLOAD = "0mh3k2v9x-11111111";

    private final CrashingDisk disk = new CrashingDisk(0);

    static Set<String> jobs() {
        return GoldenJobs.all().keySet();
    }

    private static Job job(String name) {
        return requireNonNull(GoldenJobs.all().get(name));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void a_job_is_written_as_in_its_golden_file(String name) throws IOException {
        disk.createDirectory(DATA);
        disk.createDirectory(DATA.resolve(GoldenJobs.ID.value()));
        JobStore store = new JobStore(disk, DATA, DATA.resolveSibling("log"));
        store.open();
        store.save(job(name));
        store.write();
        GoldenFile.assertWritten(name, disk.bytes(store.files(GoldenJobs.ID).job()));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void a_golden_job_is_read_with_all_its_values(String name) throws IOException {
        disk.createDirectory(DATA);
        disk.createDirectory(DATA.resolve(GoldenJobs.ID.value()));
        JobStore store = new JobStore(disk, DATA, DATA.resolveSibling("log"));
        disk.write(store.files(GoldenJobs.ID).job(), GoldenFile.read(name));
        assertThat(StoredJobs.of(store, GoldenJobs.NOW)).containsExactly(job(name));
    }

    private static Map<String, Checkpoint> checkpoints() {
        Map<String, Checkpoint> all = new LinkedHashMap<>();
        Position position = new Position(6, 123, 456, 78, 5, 1, 0x77aa10bc);
        InputTimes times = new InputTimes(GoldenJobs.NOW, GoldenJobs.LATER);
        Duration took = Duration.ofMillis(1234);
        all.put("checkpoint-path.json", new Checkpoint(GoldenJobs.ID, 2, position, times, GoldenJobs.LATER, took));
        all.put(
                "checkpoint-own-input.json",
                new Checkpoint(
                        GoldenJobs.ID, 1, new Position(1L << 40, 2, 3, 0, 1L << 40, 0), null, GoldenJobs.NOW, took));
        return all;
    }

    static Set<String> checkpointNames() {
        return checkpoints().keySet();
    }

    @ParameterizedTest
    @MethodSource("checkpointNames")
    void a_checkpoint_is_written_and_read_as_in_its_golden_file(String name) throws IOException {
        disk.createDirectory(DATA);
        Path file = DATA.resolve("checkpoint.json");
        FileCheckpointStore store = new FileCheckpointStore(disk, GoldenJobs.ID, file);
        Checkpoint checkpoint = requireNonNull(checkpoints().get(name));
        store.commit(checkpoint);
        GoldenFile.assertWritten(name, disk.bytes(file));
        disk.write(file, GoldenFile.read(name));
        assertThat(store.newest()).contains(checkpoint);
    }

    private static FileStore uploads(Disk disk) throws IOException {
        FileStore store = new FileStore(disk, DATA);
        store.open();
        return store;
    }

    @Test
    void an_upload_is_written_and_read_as_in_its_golden_file() throws IOException {
        disk.createDirectory(DATA);
        String[] names = {"w\u00f6rds \"1\".txt", null};
        for (int i = 0; i < names.length; i++) {
            String id = UPLOAD + i;
            FileStore store = uploads(disk);
            UploadedFile file =
                    store.receive(id, names[i], new ByteArrayInputStream("abc".getBytes(UTF_8)), 3, GoldenJobs.NOW);
            Path record = DATA.resolve(id).resolve("file.json");
            String golden = names[i] == null ? "file-without-name.json" : "file.json";
            GoldenFile.assertWritten(golden, disk.bytes(record));
            disk.write(record, GoldenFile.read(golden));
            assertThat(uploads(disk).find(id)).contains(file);
        }
    }

    @Test
    void a_journal_is_written_and_read_as_in_its_golden_files() throws IOException {
        disk.createDirectory(DATA);
        JobFiles files = new JobFiles(DATA);
        Entry succeeded = new Entry.Succeeded("{\"index\":17,\"body\":\"\u00fc\"}".getBytes(UTF_8));
        Entry failed = new Entry.Failed(
                new ItemFailure(ItemErrorCode.HTTP_STATUS, "The endpoint answered 503\r\nat last.", 503), 5);
        Entry refused = new Entry.Failed(new ItemFailure(ItemErrorCode.COMMAND_FAILED, "Exit 1."), 1);
        try (ItemJournal journal = ItemJournal.open(disk, files.journal(), run(), 0, 200)) {
            journal.append(17, 0x5ab10c3e, succeeded);
            journal.force();
            journal.append(16, -1, failed);
            journal.append(18, 0, refused);
            journal.force();
            journal.append(19, 1, succeeded);
            journal.force();
        }
        for (int segment = 1; segment <= 2; segment++) {
            GoldenFile.assertWritten(
                    "journal." + segment, disk.bytes(files.journal().segment(segment)));
            disk.write(files.journal().segment(segment), GoldenFile.read("journal." + segment));
        }
        try (ItemJournal journal = ItemJournal.open(disk, files.journal(), run(), 0)) {
            assertThat(journal.damaged()).isEmpty();
            assertThat(journal.recovered(17, 0x5ab10c3e))
                    .usingRecursiveComparison()
                    .isEqualTo(succeeded);
            assertThat(journal.recovered(17, 1)).isNull();
            assertThat(journal.recovered(16, -1))
                    .isEqualTo(new Entry.Failed(
                            new ItemFailure(ItemErrorCode.HTTP_STATUS, "The endpoint answered 503 at last.", 503), 5));
            assertThat(journal.recovered(18, 0)).isEqualTo(refused);
            assertThat(journal.recovered(19, 1)).usingRecursiveComparison().isEqualTo(succeeded);
        }
    }

    private static ItemJournal.OfRun run() {
        return new ItemJournal.OfRun(GoldenJobs.ID, 2, 1);
    }

    @Test
    void the_key_of_callbacks_is_read_as_in_its_golden_file() throws IOException {
        disk.createDirectory(DATA);
        Path file = DATA.resolve("callback-key");
        disk.write(file, GoldenFile.read("callback-key"));
        String key = "whsec_ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=";
        assertThat(new KeyFile(disk, file).readOrCreate()).isEqualTo(key);
        disk.write(file, GoldenFile.read("callback-key-of-digits"));
        assertThat(new KeyFile(disk, file).readOrCreate())
                .as("the key that an older version wrote")
                .isEqualTo(key);
        new KeyFile(disk, file).prepare();
        assertThat(disk.text(file)).isEqualTo(key + "\n");
        disk.delete(file);
        String made = new KeyFile(disk, file).readOrCreate();
        assertThat(disk.text(file))
                .isEqualTo(made + "\n")
                .hasSameSizeAs(new String(GoldenFile.read("callback-key"), UTF_8));
    }
}
