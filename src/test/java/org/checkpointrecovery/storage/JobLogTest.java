package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.checkpointrecovery.Await;
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
        List<String> found = new ArrayList<>();
        log().open(entry -> found.add(new String(entry.files().get("job.json"), UTF_8)));
        return found;
    }

    @Test
    void an_entry_is_a_line_and_the_bytes_of_its_files() throws IOException {
        JobLog log = log();
        log.open(entry -> {});
        log.append(entry("{}\n")).close();
        log.append(new LogEntry(LogEntry.Change.DELETED, ID, Map.of())).close();
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
        log.open(entry -> {});
        log.append(entry("a")).close();
        log.append(entry("b\nc")).close();
        log.append(entry("")).close();
        assertThat(found()).containsExactly("a", "b\nc", "");
    }

    @Test
    void an_entry_that_cannot_be_forced_is_not_in_the_log() throws IOException {
        JobLog log = log();
        log.open(entry -> {});
        log.append(entry("a")).close();
        disk.failAt(disk.operations() + 2, new IOException("not forced"));
        assertThatThrownBy(() -> log.append(entry("b"))).hasMessage("not forced");
        log.append(entry("c")).close();
        assertThat(found()).containsExactly("a", "c");
    }

    @Test
    void nothing_is_appended_behind_an_entry_that_cannot_be_cut_off() throws IOException {
        JobLog log = log();
        log.open(entry -> {});
        log.append(entry("a")).close();
        int append = disk.operations() + 1;
        for (int operation = append; operation < append + 3; operation++) {
            disk.failAt(operation, new IOException("broken"));
        }
        assertThatThrownBy(() -> log.append(entry("b"))).hasMessage("broken");
        assertThatThrownBy(() -> log.append(entry("c"))).hasMessage("broken");
        log.append(entry("d")).close();
        assertThat(found()).containsExactly("a", "d");
    }

    @Test
    void what_follows_a_damaged_entry_is_not_read() throws IOException {
        JobLog log = log();
        log.open(entry -> {});
        log.append(entry("first")).close();
        log.append(entry("second")).close();
        log.append(entry("third")).close();
        byte[] bytes =
                disk.text(LOG.resolve("1.log")).replace("second", "sEcond").getBytes(UTF_8);
        disk.write(LOG.resolve("1.log"), bytes);
        assertThat(found()).containsExactly("first");
    }

    @Test
    void every_beginning_of_a_log_can_be_read() throws IOException {
        JobLog log = log();
        log.open(entry -> {});
        log.append(entry("first")).close();
        log.append(entry("second")).close();
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
        assertThatThrownBy(() -> log().open(entry -> {}))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("/log/7.log was written by another release. Nothing was changed.");
        assertThat(disk.bytes(LOG.resolve("7.log"))).isEqualTo(newer);
    }

    @Test
    void a_file_that_is_not_of_the_log_is_left_in_place() throws IOException {
        disk.createDirectory(LOG);
        disk.write(LOG.resolve("notes"), new byte[] {1});
        JobLog log = log();
        log.open(entry -> fail("it is not of the log"));
        log.append(entry("a")).close();
        log.endSegment();
        log.settle(jobs -> assertThat(jobs.get(LogEntry.Change.SAVED)).containsExactly(ID));
        assertThat(disk.list(LOG)).containsExactly(LOG.resolve("2.log"), LOG.resolve("notes"));
    }

    @Test
    void a_log_on_a_full_disk_can_be_read_and_continues_when_there_is_room() throws IOException {
        JobLog log = log();
        log.open(entry -> {});
        log.append(entry("a")).close();
        disk.fillUpAt(disk.operations() + 1);
        assertThatThrownBy(() -> log.append(entry("b"))).isInstanceOf(DiskFullException.class);
        assertThat(found()).containsExactly("a");
        disk.freeSpace();
        log.append(entry("c")).close();
        assertThat(found()).containsExactly("a", "c");
    }

    @Test
    void a_segment_is_not_settled_before_the_files_of_its_entries_are_written() throws Exception {
        JobLog log = log();
        log.open(entry -> {});
        JobLog.Appended writing = log.append(entry("a"));
        log.endSegment();
        AtomicBoolean forced = new AtomicBoolean();
        Thread settling = new Thread(() -> {
            try {
                log.settle(jobs -> forced.set(true));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        settling.start();
        Await.until("it waits", () -> settling.getState() == Thread.State.WAITING);
        assertThat(forced).isFalse();
        writing.close();
        settling.join();
        assertThat(forced).isTrue();
        assertThat(found()).isEmpty();
    }

    @Test
    void threads_know_of_each_entry_whether_it_is_in_the_log_whatever_fails() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        JobLog log = log();
        log.open(entry -> {});
        Queue<String> confirmed = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 3000; i++) {
            disk.failAt(disk.operations() + 1 + random.nextInt(16_000), new IOException("broken"));
        }
        List<Future<Void>> clients = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            String name = "thread " + thread + " entry ";
            clients.add(threads.submit(() -> {
                for (int i = 0; i < 3000; i++) {
                    try {
                        log.append(entry(name + i)).close();
                        confirmed.add(name + i);
                    } catch (IOException e) {
                        assertThat(e).hasMessage("broken");
                    }
                }
                return null;
            }));
        }
        for (Future<Void> client : clients) {
            Await.result(client);
        }
        threads.shutdown();
        disk.mend();
        log.append(entry("last")).close(); // cuts off what could not be cut off before
        confirmed.add("last");
        Set<String> lost = new HashSet<>(confirmed);
        Set<String> refused = new HashSet<>(found());
        lost.removeAll(refused);
        refused.removeAll(confirmed);
        assertThat(lost).as("confirmed and not in the log, seed %d", seed).isEmpty();
        assertThat(refused).as("refused and in the log, seed %d", seed).isEmpty();
        assertThat(confirmed).as("seed %d", seed).hasSizeBetween(1000, 24_000);
    }

    @Test
    void a_segment_that_cannot_be_settled_is_kept() throws IOException {
        JobLog log = log();
        log.open(entry -> {});
        log.append(entry("a")).close();
        log.endSegment();
        assertThatThrownBy(() -> log.settle(jobs -> {
                    throw new IOException("broken");
                }))
                .hasMessage("broken");
        assertThat(log.fullSegments()).isOne();
        assertThat(found()).containsExactly("a");
        log.settle(jobs -> {});
        assertThat(log.fullSegments()).isZero();
        assertThat(found()).isEmpty();
    }
}
