package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Disk} promises as long as nothing crashes. */
abstract class DiskContractTest {
    private Disk disk;
    private Path root;

    /** An empty directory. */
    abstract Path root() throws IOException;

    abstract Disk disk();

    @BeforeEach
    void useDisk() throws IOException {
        disk = disk();
        root = root();
    }

    @Test
    void opening_a_file_that_is_not_there_creates_it_empty() throws IOException {
        disk.open(root.resolve("a")).close();
        assertThat(disk.exists(root.resolve("a"))).isTrue();
        assertThat(disk.size(root.resolve("a"))).isZero();
        assertThat(disk.read(root.resolve("a"))).isEmpty();
    }

    @Test
    void opening_a_file_keeps_its_bytes_and_appends_behind_them() throws IOException {
        append("a", "one");
        try (DiskFile file = disk.open(root.resolve("a"))) {
            assertThat(file.size()).isEqualTo(3);
            file.append(bytes("-two-"), 1, 4);
            assertThat(file.size()).isEqualTo(6);
            file.append(bytes("-three-"), 1, 6);
            file.force();
        }
        assertThat(text("a")).isEqualTo("onetwothree");
        assertThat(disk.size(root.resolve("a"))).isEqualTo(11);
    }

    @Test
    void a_stamp_changes_with_the_file_and_with_nothing_else() throws IOException {
        append("a", "one");
        disk.createDirectory(root.resolve("d"));
        long stamp = disk.stamp(root.resolve("a"));
        assertThat(disk.stamp(root.resolve("a"))).isEqualTo(stamp).isNotZero();
        assertThat(text("a")).isEqualTo("one");
        append("d/other", "one");
        assertThat(disk.stamp(root.resolve("a"))).isEqualTo(stamp);
        append("a", "two");
        assertThat(disk.stamp(root.resolve("a"))).isNotEqualTo(stamp);
        append("b", "onetwo");
        long replaced = disk.stamp(root.resolve("a"));
        disk.move(root.resolve("b"), root.resolve("a"));
        assertThat(disk.stamp(root.resolve("a"))).isNotEqualTo(replaced);
        assertThatThrownBy(() -> disk.stamp(root.resolve("b"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void the_stamp_of_a_directory_changes_with_its_names() throws IOException {
        Path directory = root.resolve("d");
        disk.createDirectory(directory);
        append("d/a", "one");
        long stamp = disk.stamp(directory);
        append("d/a", "two");
        assertThat(disk.stamp(directory)).isEqualTo(stamp);
        // A file system's clock has steps of up to 10 ms.
        Await.until("a new name is seen", () -> {
            disk.delete(root.resolve("d/b"));
            append("d/b", "");
            return disk.stamp(directory) != stamp;
        });
    }

    @Test
    void an_append_of_nothing_is_nothing() throws IOException {
        append("a", "");
        assertThat(text("a")).isEmpty();
    }

    @Test
    void a_large_append_is_written_whole() throws IOException {
        byte[] large = new byte[3 * 256 * 1024 + 12_345];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) ((i * 31) >> 5);
        }
        try (DiskFile file = disk.open(root.resolve("a"))) {
            file.append(large, 0, 5);
            file.append(large, 5, large.length);
        }
        assertThat(disk.read(root.resolve("a"))).isEqualTo(large);
    }

    @Test
    void a_file_that_is_cut_back_goes_on_from_there() throws IOException {
        append("a", "results and a torn li");
        try (DiskFile file = disk.open(root.resolve("a"))) {
            file.cutBack(7);
            assertThat(file.size()).isEqualTo(7);
            file.append(bytes("!"), 0, 1);
            file.force();
        }
        assertThat(text("a")).isEqualTo("results!");
    }

    @Test
    void cutting_back_to_more_than_there_is_changes_nothing() throws IOException {
        append("a", "abc");
        try (DiskFile file = disk.open(root.resolve("a"))) {
            file.cutBack(10);
            assertThat(file.size()).isEqualTo(3);
        }
    }

    @Test
    void a_file_that_is_closed_cannot_be_used_but_closed_again() throws IOException {
        DiskFile file = disk.open(root.resolve("a"));
        file.close();
        file.close();
        assertThatThrownBy(() -> file.append(bytes("x"), 0, 1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> file.cutBack(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::force).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void a_reader_sees_what_is_not_forced_also_when_it_was_opened_before() throws IOException {
        try (DiskFile file = disk.open(root.resolve("a"));
                SeekableByteChannel reader = disk.openForRead(root.resolve("a"))) {
            ByteBuffer buffer = ByteBuffer.allocate(4);
            assertThat(reader.read(buffer)).isEqualTo(-1);
            file.append(bytes("abcdef"), 0, 6);
            assertThat(reader.size()).isEqualTo(6);
            assertThat(reader.read(buffer)).isEqualTo(4);
            assertThat(reader.position()).isEqualTo(4);
            assertThat(buffer.array()).isEqualTo(bytes("abcd"));
            assertThat(reader.position(5).read(buffer.clear())).isEqualTo(1);
            assertThat(buffer.get(0)).isEqualTo((byte) 'f');
            assertThat(reader.position(100).read(buffer.clear())).isEqualTo(-1);
        }
    }

    @Test
    void a_reader_only_reads() throws IOException {
        append("a", "abc");
        SeekableByteChannel reader = disk.openForRead(root.resolve("a"));
        assertThatThrownBy(() -> reader.write(ByteBuffer.allocate(1))).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> reader.truncate(0)).isInstanceOf(NonWritableChannelException.class);
        assertThat(reader.isOpen()).isTrue();
        reader.close();
        assertThat(reader.isOpen()).isFalse();
        assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        assertThat(text("a")).isEqualTo("abc");
    }

    @Test
    void a_move_replaces_a_file_and_readers_of_the_old_one_keep_it() throws IOException {
        append("new", "new");
        append("old", "old");
        try (SeekableByteChannel reader = disk.openForRead(root.resolve("old"))) {
            disk.move(root.resolve("new"), root.resolve("old"));
            ByteBuffer buffer = ByteBuffer.allocate(3);
            reader.read(buffer);
            assertThat(buffer.array()).isEqualTo(bytes("old"));
        }
        assertThat(text("old")).isEqualTo("new");
        assertThat(disk.exists(root.resolve("new"))).isFalse();
    }

    @Test
    void a_file_that_is_open_keeps_its_content_when_it_is_moved() throws IOException {
        try (DiskFile file = disk.open(root.resolve("a"))) {
            file.append(bytes("x"), 0, 1);
            disk.move(root.resolve("a"), root.resolve("b"));
            file.append(bytes("y"), 0, 1);
        }
        assertThat(text("b")).isEqualTo("xy");
    }

    @Test
    void a_move_to_its_own_name_changes_nothing() throws IOException {
        append("a", "abc");
        disk.move(root.resolve("a"), root.resolve("a"));
        assertThat(text("a")).isEqualTo("abc");
    }

    @Test
    void a_directory_is_moved_with_all_that_is_in_it() throws IOException {
        disk.createDirectory(root.resolve("a"));
        append("a/file", "abc");
        disk.createDirectory(root.resolve("b"));
        disk.move(root.resolve("a"), root.resolve("b/c"));
        assertThat(text("b/c/file")).isEqualTo("abc");
        assertThat(disk.exists(root.resolve("a"))).isFalse();
    }

    @Test
    void a_file_and_an_empty_directory_are_deleted() throws IOException {
        disk.createDirectory(root.resolve("d"));
        append("d/a", "abc");
        assertThatThrownBy(() -> disk.delete(root.resolve("d"))).isInstanceOf(DirectoryNotEmptyException.class);
        disk.delete(root.resolve("d/a"));
        assertThat(disk.exists(root.resolve("d/a"))).isFalse();
        disk.delete(root.resolve("d"));
        assertThat(disk.exists(root.resolve("d"))).isFalse();
    }

    @Test
    void deleting_what_is_not_there_changes_nothing() throws IOException {
        disk.delete(root.resolve("a"));
        disk.delete(root.resolve("no/a"));
        assertThat(disk.list(root)).isEmpty();
    }

    @Test
    void creating_a_directory_that_is_there_keeps_what_is_in_it() throws IOException {
        disk.createDirectory(root.resolve("d"));
        append("d/a", "abc");
        disk.createDirectory(root.resolve("d"));
        assertThat(text("d/a")).isEqualTo("abc");
    }

    @Test
    void a_file_in_the_place_of_a_directory_is_an_error() throws IOException {
        append("a", "abc");
        assertThatThrownBy(() -> disk.createDirectory(root.resolve("a")))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk.list(root.resolve("a"))).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> disk.open(root.resolve("a/b"))).isInstanceOf(IOException.class);
    }

    @Test
    void a_directory_in_the_place_of_a_file_is_an_error() throws IOException {
        disk.createDirectory(root.resolve("d"));
        append("a", "abc");
        assertThatThrownBy(() -> disk.open(root.resolve("d"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.read(root.resolve("d"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.move(root.resolve("a"), root.resolve("d")))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.move(root.resolve("d"), root.resolve("a")))
                .isInstanceOf(IOException.class);
        assertThat(text("a")).isEqualTo("abc");
    }

    @Test
    void a_list_is_sorted_and_has_files_and_directories() throws IOException {
        for (String name : new String[] {"b", "a.json", "B", "a"}) {
            append(name, "");
        }
        disk.createDirectory(root.resolve("c"));
        append("c/not-in-the-list", "");
        assertThat(disk.list(root))
                .containsExactly(
                        root.resolve("B"),
                        root.resolve("a"),
                        root.resolve("a.json"),
                        root.resolve("b"),
                        root.resolve("c"));
    }

    @Test
    void a_directory_can_be_forced() throws IOException {
        append("a", "abc");
        disk.forceDirectory(root);
        assertThat(text("a")).isEqualTo("abc");
    }

    @Test
    void a_path_that_is_not_there_is_named_in_the_exception() {
        Path missing = root.resolve("missing");
        assertMissing(() -> disk.read(missing));
        assertMissing(() -> disk.size(missing));
        assertMissing(() -> disk.openForRead(missing));
        assertMissing(() -> disk.list(missing));
        assertMissing(() -> disk.forceDirectory(missing));
        assertMissing(() -> disk.move(missing, root.resolve("a")));
        assertMissing(() -> disk.open(missing.resolve("a")));
        assertMissing(() -> disk.createDirectory(missing.resolve("a")));
        assertThat(disk.exists(missing)).isFalse();
    }

    private static void assertMissing(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NoSuchFileException.class).hasMessageContaining("missing");
    }

    private void append(String name, String text) throws IOException {
        try (DiskFile file = disk.open(root.resolve(name))) {
            file.append(bytes(text), 0, bytes(text).length);
        }
    }

    private String text(String name) throws IOException {
        return new String(disk.read(root.resolve(name)), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
