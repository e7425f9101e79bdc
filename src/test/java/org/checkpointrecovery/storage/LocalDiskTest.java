package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalDiskTest extends DiskContractTest {
    @TempDir
    private Path root;

    @Override
    Path root() {
        return root;
    }

    @Override
    LocalDisk disk() {
        return new LocalDisk();
    }

    @Test
    void a_full_disk_is_told_from_other_failures_and_names_the_file() throws IOException {
        Path full = Path.of("/dev/full"); // a device of Linux: every write to it finds the disk full
        assumeTrue(Files.isWritable(full));
        try (DiskFile file = new LocalDisk.LocalFile(full, FileChannel.open(full, StandardOpenOption.WRITE))) {
            assertThatThrownBy(() -> file.append(new byte[] {1}, 0, 1))
                    .isInstanceOf(DiskFullException.class)
                    .hasMessageContaining("/dev/full");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
    void no_space_and_no_quota_are_a_full_disk(String reason) {
        IOException failure = new FileSystemException("/data/jobs/1", null, reason);
        assertThat(LocalDisk.named(Path.of("/data/jobs/1"), failure))
                .isInstanceOf(DiskFullException.class)
                .hasMessageContaining("/data/jobs/1")
                .hasMessageContaining(reason)
                .hasCause(failure);
    }

    @Test
    void other_failures_stay_as_they_are() {
        IOException failure = new IOException("Input/output error");
        assertThat(LocalDisk.named(Path.of("a"), failure)).isSameAs(failure);
        IOException silent = new IOException();
        assertThat(LocalDisk.named(Path.of("a"), silent)).isSameAs(silent);
    }

    /** Something outside that a link leads to. */
    private Path outside() throws IOException {
        Path outside = Files.createDirectories(root.resolve("outside"));
        Files.writeString(outside.resolve("kept.txt"), "kept");
        return outside;
    }

    private void assertKept() {
        assertThat(root.resolve("outside/kept.txt")).hasContent("kept");
    }

    @Test
    void deleting_a_tree_deletes_links_and_leaves_what_they_lead_to() throws IOException {
        Path tree = Files.createDirectories(root.resolve("tree/sub"));
        Files.writeString(tree.resolve("own.txt"), "own");
        Files.createSymbolicLink(tree.resolve("directory"), outside());
        Files.createSymbolicLink(tree.resolve("file"), outside().resolve("kept.txt"));
        Files.createSymbolicLink(tree.resolve("nowhere"), Path.of("nothing"));
        disk().deleteTree(root.resolve("tree"));
        assertThat(root.resolve("tree")).doesNotExist();
        assertKept();
        Files.createSymbolicLink(root.resolve("tree"), outside());
        disk().deleteTree(root.resolve("tree"));
        assertThat(Files.isSymbolicLink(root.resolve("tree"))).isFalse();
        assertKept();
    }

    @Test
    void a_link_is_neither_a_directory_nor_a_file() throws IOException {
        Path directory = Files.createSymbolicLink(root.resolve("directory"), outside());
        Path file = Files.createSymbolicLink(root.resolve("file"), outside().resolve("kept.txt"));
        Path nowhere = Files.createSymbolicLink(root.resolve("nowhere"), Path.of("nothing"));
        assertThat(disk().exists(nowhere)).isTrue();
        assertThat(disk().isDirectory(directory)).isFalse();
        assertThatThrownBy(() -> disk().list(directory)).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> disk().createDirectory(directory))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("symbolic link");
        for (Path link : List.of(directory, file, nowhere)) {
            assertThatThrownBy(() -> disk().open(link))
                    .isInstanceOf(NotAFileException.class)
                    .hasMessageContaining("is a symbolic link");
            assertThatThrownBy(() -> disk().openForRead(link)).isInstanceOf(NotAFileException.class);
            assertThatThrownBy(() -> disk().read(link)).isInstanceOf(NotAFileException.class);
        }
        assertThat(root.resolve("nothing")).doesNotExist();
        assertKept();
        assertThat(disk().read(disk().realPath(file))).isEqualTo("kept".getBytes(StandardCharsets.UTF_8));
    }

    /** To open a pipe would wait for someone at its other end. */
    @Test
    @Timeout(30)
    void a_pipe_and_a_directory_are_not_opened() throws Exception {
        Path pipe = root.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        for (Path path : List.of(pipe, root)) {
            assertThatThrownBy(() -> disk().open(path)).isInstanceOf(NotAFileException.class);
            assertThatThrownBy(() -> disk().openForRead(path)).isInstanceOf(NotAFileException.class);
            assertThatThrownBy(() -> disk().read(path)).isInstanceOf(NotAFileException.class);
        }
        assertThatThrownBy(() -> disk().read(pipe)).hasMessageContaining("a named pipe, a socket or a device");
        assertThatThrownBy(() -> disk().read(root)).hasMessageContaining("a directory");
    }

    @Test
    void what_it_creates_belongs_to_its_owner_alone() throws IOException {
        disk().createDirectory(root.resolve("private"));
        disk().open(root.resolve("private/file")).close();
        assertThat(permissions("private")).isEqualTo("rwx------");
        assertThat(permissions("private/file")).isEqualTo("rw-------");
        LocalDisk shared = LocalDisk.underUmask();
        shared.createDirectory(root.resolve("shared"));
        shared.open(root.resolve("shared/file")).close();
        Path plain = Files.createDirectory(root.resolve("plain"));
        Files.createFile(plain.resolve("file"));
        assertThat(permissions("shared")).isEqualTo(permissions("plain"));
        assertThat(permissions("shared/file")).isEqualTo(permissions("plain/file"));
    }

    @ParameterizedTest
    @CsvSource({
        "700, rwx------, rw-------",
        "750, rwxr-x---, rw-r-----",
        "770, rwxrwx---, rw-rw----",
        "0775, rwxrwxr-x, rw-rw-r--",
        "777, rwxrwxrwx, rw-rw-rw-",
    })
    void what_it_creates_is_shared_as_the_mode_says_whatever_the_umask(String mode, String directory, String file)
            throws IOException {
        LocalDisk disk = new LocalDisk(DataMode.parse(mode).orElseThrow());
        disk.createDirectory(root.resolve("shared"));
        disk.open(root.resolve("shared/file")).close();
        assertThat(permissions("shared")).isEqualTo(directory);
        assertThat(permissions("shared/file")).isEqualTo(file);
        assertThat(DataMode.of(root.resolve("shared")))
                .isEqualTo(DataMode.parse(mode).orElseThrow());
    }

    @Test
    void a_file_that_is_there_keeps_its_permissions_and_a_directory_its_group() throws IOException {
        Path old = Files.writeString(root.resolve("old"), "secret");
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-------"));
        LocalDisk disk = new LocalDisk(DataMode.parse("770").orElseThrow());
        disk.open(old).close();
        assertThat(permissions("old")).isEqualTo("rw-------");
        Files.setAttribute(root, "unix:mode", 02770);
        disk.createDirectory(root.resolve("shared"));
        assertThat((int) Files.getAttribute(root.resolve("shared"), "unix:mode") & 07777)
                .isEqualTo(02770);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "600", "077", "7000", "780", "7", "711", "rwx------", "-750", "720"})
    void a_mode_that_helps_nobody_is_none(String text) {
        assertThat(DataMode.parse(text)).isEmpty();
    }

    @Test
    void a_file_is_restricted_once() throws IOException {
        Path file = Files.writeString(root.resolve("key"), "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(disk().restrictToOwner(file)).isTrue();
        assertThat(permissions("key")).isEqualTo("rw-------");
        assertThat(disk().restrictToOwner(file)).isFalse();
        assertThat(disk().restrictToOwner(root.resolve("missing"))).isFalse();
        Path link = Files.createSymbolicLink(root.resolve("link"), outside().resolve("kept.txt"));
        assertThatThrownBy(() -> disk().restrictToOwner(link)).isInstanceOf(NotAFileException.class);
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(name)));
    }

    /** A file that is replaced all the time is opened: it is one file or the other. */
    @Test
    void a_file_is_read_while_it_is_replaced() throws Exception {
        Path file = root.resolve("file");
        Replacement.write(disk(), file, new byte[] {1});
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            try {
                for (int i = 0; i < 2000; i++) {
                    Path next = Files.write(root.resolve("next"), new byte[] {1});
                    disk().move(next, file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                over.set(true);
            }
        });
        writer.start();
        while (!over.get()) {
            assertThat(disk().read(file)).hasSize(1);
        }
        writer.join();
    }
}
