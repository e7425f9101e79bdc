package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FileStoreTest {
    private static final Path DATA = Path.of("/data");
    private static final Path ROOT = DATA.resolve("files");
    private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123Z");
    private static final byte[] ABC = "abc".getBytes(StandardCharsets.US_ASCII);
    private static final String ABC_SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static CrashingDisk disk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(DATA);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    private static FileStore opened(Disk disk) throws IOException {
        FileStore store = new FileStore(disk, ROOT);
        store.open();
        return store;
    }

    private static UploadedFile receive(FileStore store, String id) throws IOException {
        return store.receive(id, "words.txt", new ByteArrayInputStream(ABC), 3, NOW);
    }

    @Test
    void an_upload_survives_a_power_cut_once_it_is_acknowledged() throws IOException {
        for (long seed = 0; seed < 30; seed++) {
            boolean cut = true;
            for (int operation = 3; cut; operation++) {
                CrashingDisk disk = disk(seed);
                disk.cutPowerAt(operation);
                boolean acknowledged = false;
                try {
                    receive(opened(disk), "0000000001");
                    acknowledged = true;
                } catch (PowerCutException e) {
                    // as ordered
                }
                cut = disk.isPowerCut();
                disk.restorePower();
                FileStore store = opened(disk);
                assertThat(store.list()).hasSizeLessThanOrEqualTo(1);
                assertThat(disk.list(ROOT)).hasSameSizeAs(store.list());
                if (acknowledged) {
                    assertThat(store.list()).hasSize(1);
                }
                for (UploadedFile file : store.list()) {
                    assertThat(file).isEqualTo(new UploadedFile("0000000001", "words.txt", 3, ABC_SHA256, NOW));
                    assertThat(disk.bytes(store.content(file.id()))).isEqualTo(ABC);
                }
            }
        }
    }

    @Test
    void uploads_are_listed_newest_first_and_found_by_id() throws IOException {
        CrashingDisk disk = disk(1);
        FileStore store = opened(disk);
        UploadedFile first = receive(store, "0000000001");
        UploadedFile second = store.receive("0000000002", null, InputStream.nullInputStream(), 0, NOW);
        assertThat(second.name()).isNull();
        assertThat(second.bytes()).isZero();
        assertThat(opened(disk).list()).containsExactly(second, first);
        assertThat(opened(disk).find("0000000001")).contains(first);
        assertThat(opened(disk).find("0000000003")).isEmpty();
    }

    @Test
    void an_upload_that_is_too_long_or_breaks_off_leaves_nothing() throws IOException {
        CrashingDisk disk = disk(1);
        FileStore store = opened(disk);
        InputStream four = new ByteArrayInputStream("abcd".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> store.receive("0000000001", null, four, 3, NOW))
                .isInstanceOfSatisfying(
                        FileStore.TooLargeException.class,
                        e -> assertThat(e.maxBytes()).isEqualTo(3));
        InputStream broken = new FilterInputStream(new ByteArrayInputStream(ABC)) {
            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                int count = super.read(into, from, length);
                if (count < 0) {
                    throw new IOException("the client is gone");
                }
                return count;
            }
        };
        assertThatThrownBy(() -> store.receive("0000000002", null, broken, 100, NOW))
                .isInstanceOf(IOException.class);
        assertThat(store.list()).isEmpty();
        assertThat(disk.list(ROOT)).isEmpty();
    }

    @Test
    void an_upload_whose_record_is_damaged_is_not_offered_and_keeps_its_bytes() throws IOException {
        CrashingDisk disk = disk(1);
        receive(opened(disk), "0000000001");
        receive(opened(disk), "0000000002");
        Path record = ROOT.resolve("0000000001/file.json");
        byte[] damaged = disk.bytes(record);
        damaged[10] ^= 1;
        disk.write(record, damaged);
        FileStore store = opened(disk);
        assertThat(store.list()).extracting(UploadedFile::id).containsExactly("0000000002");
        assertThat(disk.bytes(record)).isEqualTo(damaged);
        assertThat(disk.bytes(ROOT.resolve("0000000001/content"))).isEqualTo(ABC);
    }

    @Test
    void a_deleted_upload_is_gone() throws IOException {
        CrashingDisk disk = disk(1);
        FileStore store = opened(disk);
        receive(store, "0000000001");
        store.delete("0000000001");
        assertThat(store.find("0000000001")).isEmpty();
        assertThatThrownBy(() -> store.delete("0000000001")).isInstanceOf(NoSuchFileException.class);
        disk.restorePower();
        assertThat(opened(disk).list()).isEmpty();
        assertThat(disk.list(ROOT)).isEmpty();
    }
}
