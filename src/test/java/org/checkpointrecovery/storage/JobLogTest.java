package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.job.JobId;
import org.junit.jupiter.api.Test;

class JobLogTest {
    private static final Path LOG = Path.of("/log");
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");

    private final CrashingDisk disk = new CrashingDisk(0);

    private static LogEntry entry(String content) {
        return new LogEntry(LogEntry.Change.SAVED, ID, Map.of("job.json", content.getBytes(UTF_8)));
    }

    private JobLog log() {
        return new JobLog(disk, LOG, JobLog.SEGMENT_BYTES);
    }

    private List<String> found() throws IOException {
        return log().open().stream()
                .map(entry -> new String(entry.files().get("job.json"), UTF_8))
                .toList();
    }

    @Test
    void an_entry_is_a_line_and_the_bytes_of_its_files() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("{}\n"));
        log.append(new LogEntry(LogEntry.Change.DELETED, ID, Map.of()));
        assertThat(disk.text(LOG.resolve("1.log"))).isEqualTo("""
                        checkpoint-recovery log 1
                        SAVED 0mh3k2v9x-7fq2mzt4 job.json=3 2d03c312
                        {}

                        DELETED 0mh3k2v9x-7fq2mzt4 2ea10826

                        """);
    }

    @Test
    void entries_are_found_in_their_order() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("a"));
        log.append(entry("b\nc"));
        log.append(entry(""));
        assertThat(found()).containsExactly("a", "b\nc", "");
    }

    @Test
    void an_entry_that_cannot_be_forced_is_not_in_the_log() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("a"));
        disk.failAt(disk.operations() + 2, new IOException("not forced"));
        assertThatThrownBy(() -> log.append(entry("b"))).hasMessage("not forced");
        log.append(entry("c"));
        assertThat(found()).containsExactly("a", "c");
    }

    @Test
    void nothing_is_appended_behind_an_entry_that_cannot_be_cut_off() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("a"));
        int append = disk.operations() + 1;
        for (int operation = append; operation < append + 3; operation++) {
            disk.failAt(operation, new IOException("broken"));
        }
        assertThatThrownBy(() -> log.append(entry("b"))).hasMessage("broken");
        assertThatThrownBy(() -> log.append(entry("c"))).hasMessage("broken");
        log.append(entry("d"));
        assertThat(found()).containsExactly("a", "d");
    }

    @Test
    void what_follows_a_damaged_entry_is_not_read() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("first"));
        log.append(entry("second"));
        log.append(entry("third"));
        byte[] bytes =
                disk.text(LOG.resolve("1.log")).replace("second", "sEcond").getBytes(UTF_8);
        disk.write(LOG.resolve("1.log"), bytes);
        assertThat(found()).containsExactly("first");
    }

    @Test
    void every_beginning_of_a_log_can_be_read() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("first"));
        log.append(entry("second"));
        byte[] whole = disk.bytes(LOG.resolve("1.log"));
        for (int length = 0; length <= whole.length; length++) {
            disk.write(LOG.resolve("1.log"), Arrays.copyOf(whole, length));
            List<String> found = found();
            assertThat(found)
                    .as("%d bytes", length)
                    .isEqualTo(List.of("first", "second").subList(0, found.size()));
            disk.delete(LOG.resolve("2.log"));
        }
    }

    @Test
    void a_log_of_another_format_version_is_refused_and_kept() throws IOException {
        byte[] newer = "checkpoint-recovery log 2\nwhatever".getBytes(UTF_8);
        disk.createDirectory(LOG);
        disk.write(LOG.resolve("7.log"), newer);
        assertThatThrownBy(() -> log().open())
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("/log/7.log was written by another release. Nothing was changed.");
        assertThat(disk.bytes(LOG.resolve("7.log"))).isEqualTo(newer);
    }

    @Test
    void a_file_that_is_not_of_the_log_is_left_in_place() throws IOException {
        disk.createDirectory(LOG);
        disk.write(LOG.resolve("notes"), new byte[] {1});
        JobLog log = log();
        assertThat(log.open()).isEmpty();
        log.append(entry("a"));
        log.endSegment();
        log.settle(jobs -> assertThat(jobs.get(LogEntry.Change.SAVED)).containsExactly(ID));
        assertThat(disk.list(LOG)).containsExactly(LOG.resolve("2.log"), LOG.resolve("notes"));
    }

    @Test
    void a_log_on_a_full_disk_can_be_read_and_emptied() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("a"));
        disk.fillUpAt(disk.operations() + 1);
        assertThatThrownBy(() -> log.append(entry("b"))).isInstanceOf(DiskFullException.class);
        assertThat(found()).containsExactly("a");
        log.empty(jobs -> assertThat(jobs.get(LogEntry.Change.SAVED)).containsExactly(ID));
        assertThat(found()).isEmpty();
        disk.freeSpace();
        log.append(entry("c"));
        assertThat(found()).containsExactly("c");
    }

    @Test
    void a_segment_that_cannot_be_settled_is_kept() throws IOException {
        JobLog log = log();
        log.open();
        log.append(entry("a"));
        log.endSegment();
        assertThatThrownBy(() -> log.settle(jobs -> {
                    throw new IOException("broken");
                }))
                .hasMessage("broken");
        assertThat(log.hasFullSegment()).isTrue();
        assertThat(found()).containsExactly("a");
        log.settle(jobs -> {});
        assertThat(log.hasFullSegment()).isFalse();
        assertThat(found()).isEmpty();
    }
}
