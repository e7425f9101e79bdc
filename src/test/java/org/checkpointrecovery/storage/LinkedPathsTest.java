package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.checkpointrecovery.job.JobId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Symbolic links in a data directory: what they lead to belongs to someone else. */
class LinkedPathsTest {
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123Z");

    @TempDir
    private Path directory;

    private final Disk disk = new LocalDisk();
    private Path victim = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void makeVictim() throws IOException {
        victim = directory.resolve("victim");
        Files.createDirectories(victim.resolve("sub"));
        Files.writeString(victim.resolve("kept.txt"), "kept");
        Files.writeString(victim.resolve("order.json"), "kept");
        Files.writeString(victim.resolve("sub/kept.txt"), "kept");
        data = Files.createDirectory(directory.resolve("data"));
        Files.createDirectory(data.resolve("jobs"));
        Files.createDirectory(data.resolve("files"));
    }

    @AfterEach
    void nothingOutsideWasTouched() throws IOException {
        for (String file : List.of("kept.txt", "order.json", "sub/kept.txt")) {
            assertThat(victim.resolve(file)).hasContent("kept");
        }
        assertThat(disk.list(victim)).hasSize(3);
    }

    private JobStore jobs() throws IOException {
        JobStore jobs = new JobStore(disk, data.resolve("jobs"), data.resolve("log"));
        jobs.open();
        return jobs;
    }

    private FileStore files() throws IOException {
        FileStore files = new FileStore(disk, data.resolve("files"));
        files.open();
        return files;
    }

    private void link(String name) throws IOException {
        Files.createSymbolicLink(data.resolve(name), victim);
    }

    @Test
    void the_sweep_at_the_start_removes_links_alone() throws IOException {
        link("jobs/.deleted-x");
        link("jobs/.new-x");
        link("files/.new-x");
        link("files/.deleted-x");
        jobs();
        files();
        assertThat(disk.list(data.resolve("jobs"))).isEmpty();
        assertThat(disk.list(data.resolve("files"))).isEmpty();
    }

    @Test
    void a_link_is_no_job_and_no_upload_and_is_left_alone() throws IOException {
        link("jobs/" + ID);
        link("files/" + ID);
        assertThat(StoredJobs.of(jobs(), NOW)).isEmpty();
        assertThat(files().list()).isEmpty();
        assertThat(data.resolve("jobs/" + ID)).isSymbolicLink();
        assertThat(data.resolve("files/" + ID)).isSymbolicLink();
    }

    @Test
    void a_job_and_an_upload_are_deleted_with_the_links_in_them() throws IOException {
        Files.createDirectory(data.resolve("jobs/" + ID));
        link("jobs/" + ID + "/ranges");
        link("jobs/" + ID + "/other");
        jobs().delete(ID);
        assertThat(disk.list(data.resolve("jobs"))).isEmpty();

        FileStore files = files();
        String file = files.receive("0000000001", null, new ByteArrayInputStream(new byte[1]), 1, NOW)
                .id();
        link("files/" + file + "/other");
        files.delete(file);
        assertThat(disk.list(data.resolve("files"))).isEmpty();
    }

    @Test
    void a_link_in_the_place_of_a_directory_of_the_service_stops_the_start() throws IOException {
        Files.createDirectory(directory.resolve("linked"));
        Path link = Files.createSymbolicLink(directory.resolve("linked/jobs"), victim);
        Files.createDirectory(victim.resolve(".new-x"));
        assertThatThrownBy(() -> new JobStore(disk, link, link.resolveSibling("log")).open())
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("is a symbolic link");
        Files.delete(victim.resolve(".new-x")); // it is still there
    }

    @Test
    void an_upload_whose_record_is_of_another_is_not_offered() throws IOException {
        FileStore files = files();
        files.receive("0000000001", null, new ByteArrayInputStream(new byte[1]), 1, NOW);
        Files.move(data.resolve("files/0000000001"), data.resolve("files/0000000002"));
        assertThat(files().list()).isEmpty();
    }

    @Test
    void a_checkpoint_that_is_a_link_is_set_aside_like_a_damaged_one() throws IOException {
        Path current = data.resolve("checkpoint.json");
        Files.createSymbolicLink(current, victim.resolve("kept.txt"));
        FileCheckpointStore checkpoints = new FileCheckpointStore(disk, ID, current);
        CheckpointStore.Restored restored = checkpoints.restore();
        assertThat(restored.position().nextItem()).isZero();
        assertThat(String.valueOf(restored.recovery().reason())).contains("it is a symbolic link");
        assertThat(data.resolve("checkpoint.damaged-1.json")).isSymbolicLink();
    }

    @Test
    void a_journal_that_is_a_link_is_damage_that_a_run_goes_on_from() throws IOException {
        JobFiles files = new JobFiles(Files.createDirectory(data.resolve("jobs/" + ID)));
        Files.createSymbolicLink(files.journal().segment(1), victim.resolve("kept.txt"));
        try (ItemJournal journal = ItemJournal.open(disk, files.journal(), new ItemJournal.OfRun(ID, 2, 0), 0)) {
            assertThat(journal.damaged()).containsExactly("journal.1");
            journal.append(0, 0, new ItemJournal.Entry.Succeeded(new byte[] {'1'}));
            journal.force();
        }
        assertThat(files.journal().segment(2)).isRegularFile();
    }

    @Test
    void a_data_directory_and_what_it_is_in_may_be_links() throws IOException {
        Path real = Files.createDirectories(directory.resolve("disk/service"));
        Path parent = Files.createSymbolicLink(directory.resolve("parent"), directory.resolve("disk"));
        Path root = Files.createSymbolicLink(directory.resolve("root"), parent.resolve("service"));
        try (DataDirectory held = DataDirectory.take(root)) {
            new JobStore(disk, held.layout().jobs(), held.layout().log()).open();
            new FileStore(disk, held.layout().files()).open();
        }
        assertThat(disk.list(real)).contains(real.resolve("jobs"), real.resolve("files"));
    }

    @Test
    void the_lock_of_a_data_directory_is_no_link() throws IOException {
        Files.createSymbolicLink(data.resolve("lock"), victim.resolve("kept.txt"));
        assertThatThrownBy(() -> DataDirectory.take(data)).isInstanceOf(NotAFileException.class);
    }

    @Test
    void a_new_data_directory_belongs_to_its_owner_alone_and_those_above_to_whom_the_umask_lets() throws IOException {
        Path plain = Files.createDirectory(directory.resolve("plain"));
        Path root = directory.resolve("above/data");
        DataDirectory.take(root).close();
        assertThat(permissions(root)).isEqualTo("rwx------");
        assertThat(permissions(root.resolve("lock"))).isEqualTo("rw-------");
        assertThat(permissions(directory.resolve("above"))).isEqualTo(permissions(plain));
    }

    @Test
    void a_key_that_others_can_read_is_restricted_and_kept() throws IOException {
        KeyFile key = new KeyFile(disk, data.resolve("callback-key"));
        key.prepare();
        String text = key.readOrCreate();
        Files.setPosixFilePermissions(data.resolve("callback-key"), PosixFilePermissions.fromString("rw-r--r--"));
        key.prepare();
        assertThat(permissions(data.resolve("callback-key"))).isEqualTo("rw-------");
        assertThat(key.readOrCreate()).isEqualTo(text);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
