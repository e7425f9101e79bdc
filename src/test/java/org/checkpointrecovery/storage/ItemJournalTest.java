package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.storage.ItemJournal.Entry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a journal says of items after a crash. */
class ItemJournalTest {
    private static final JobId JOB = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final Path DIRECTORY = Path.of("/job");

    private final CrashingDisk disk = new CrashingDisk(0);
    private final JobFiles files = new JobFiles(DIRECTORY);

    @BeforeEach
    void makeDirectory() throws IOException {
        disk.createDirectory(DIRECTORY);
        disk.forceDirectory(Path.of("/"));
    }

    private ItemJournal open(long nextItem) throws IOException {
        return ItemJournal.open(disk, files.journal(), new ItemJournal.OfRun(JOB, 1, 0), nextItem);
    }

    private static Entry result(String text) {
        return new Entry.Succeeded(text.getBytes(UTF_8));
    }

    private static String text(@Nullable Entry entry) {
        return entry instanceof Entry.Succeeded succeeded ? new String(succeeded.result(), UTF_8) : "" + entry;
    }

    /** As long as a segment becomes. */
    private static Entry large() {
        byte[] bytes = new byte[ItemJournal.SEGMENT_BYTES];
        Arrays.fill(bytes, (byte) 'x');
        return new Entry.Succeeded(bytes);
    }

    @Test
    void what_was_forced_is_there_and_what_the_checkpoint_has_is_not() throws IOException {
        try (ItemJournal journal = open(0)) {
            journal.append(3, 0, result("{\"index\":3}"));
            journal.append(1, 0, new Entry.Failed(new ItemFailure(ItemErrorCode.HTTP_STATUS, "It said 503.", 503), 5));
            journal.force();
            journal.append(4, 0, result("not forced"));
        }
        disk.restorePower();
        try (ItemJournal journal = open(2)) {
            assertThat(text(journal.recovered(3, 0))).isEqualTo("{\"index\":3}");
            assertThat(journal.recovered(1, 0)).isNull();
            assertThat(journal.recovered(4, 0)).isNull();
        }
        try (ItemJournal journal = open(1)) {
            assertThat(journal.recovered(1, 0))
                    .isEqualTo(new Entry.Failed(new ItemFailure(ItemErrorCode.HTTP_STATUS, "It said 503.", 503), 5));
        }
    }

    @Test
    void a_segment_is_kept_until_the_checkpoint_has_passed_the_furthest_item_in_it() throws IOException {
        try (ItemJournal journal = open(0)) {
            journal.append(0, 0, large());
            journal.force();
            journal.append(5, 0, large());
            journal.force();
            journal.absorbed(1);
            assertThat(disk.exists(files.journal().segment(1))).isFalse();
            assertThat(disk.exists(files.journal().segment(2))).isTrue();
        }
        try (ItemJournal journal = open(1)) {
            assertThat(journal.recovered(5, 0)).isNotNull();
            journal.absorbed(6);
            assertThat(disk.exists(files.journal().segment(2))).isFalse();
        }
    }

    @Test
    void a_torn_line_ends_what_counts_of_its_segment() throws IOException {
        try (ItemJournal journal = open(0)) {
            journal.append(0, 0, result("a"));
            journal.append(1, 0, result("b"));
            journal.force();
        }
        try (DiskFile file = disk.open(files.journal().segment(1))) {
            file.cutBack(file.size() - 2);
        }
        try (ItemJournal journal = open(0)) {
            assertThat(text(journal.recovered(0, 0))).isEqualTo("a");
            assertThat(journal.recovered(1, 0)).isNull();
            journal.append(1, 0, result("c"));
            journal.force();
        }
        try (ItemJournal journal = open(0)) {
            assertThat(text(journal.recovered(1, 0))).isEqualTo("c");
        }
    }

    @Test
    void failures_count_until_a_run_has_ended_failed_and_successes_go_on_counting() throws IOException {
        Entry failed = new Entry.Failed(new ItemFailure(ItemErrorCode.HTTP_STATUS, "It said 503.", 503), 5);
        write(new ItemJournal.OfRun(JOB, 1, 0), 0, failed);
        write(new ItemJournal.OfRun(JOB, 1, 0), 1, result("a"));
        write(new ItemJournal.OfRun(JOB, 2, 0), 2, failed);
        write(new ItemJournal.OfRun(JOB, 12, 2), 3, failed);
        write(new ItemJournal.OfRun(JOB, 12, 2), 0, result("b"));
        write(new ItemJournal.OfRun(JOB, 12, 2), 4, result("c"));
        write(new ItemJournal.OfRun(JOB, 12, 2), 4, failed);
        try (ItemJournal journal = ItemJournal.open(disk, files.journal(), new ItemJournal.OfRun(JOB, 13, 1), 0)) {
            assertThat(text(journal.recovered(0, 0))).isEqualTo("b");
            assertThat(text(journal.recovered(1, 0))).isEqualTo("a");
            assertThat(journal.recovered(2, 0)).isEqualTo(failed);
            assertThat(journal.recovered(3, 0)).isEqualTo(failed);
            assertThat(journal.recovered(4, 0)).isEqualTo(failed);
        }
        try (ItemJournal journal = ItemJournal.open(disk, files.journal(), new ItemJournal.OfRun(JOB, 13, 2), 0)) {
            assertThat(journal.recovered(2, 0)).isNull();
            assertThat(journal.recovered(3, 0)).isEqualTo(failed);
        }
        disk.delete(files.journal().segment(3)); // whatever is missing, no failure comes up again
        try (ItemJournal journal = ItemJournal.open(disk, files.journal(), new ItemJournal.OfRun(JOB, 13, 12), 0)) {
            assertThat(text(journal.recovered(0, 0))).isEqualTo("b");
            assertThat(text(journal.recovered(1, 0))).isEqualTo("a");
            assertThat(journal.recovered(3, 0)).isNull();
            assertThat(text(journal.recovered(4, 0))).isEqualTo("c");
            assertThat(journal.damaged()).containsExactly("journal.3");
        }
    }

    /** In a segment of its own. */
    private void write(ItemJournal.OfRun run, long number, Entry entry) throws IOException {
        try (ItemJournal journal = ItemJournal.open(disk, files.journal(), run, 0)) {
            journal.append(number, 0, entry);
            journal.force();
        }
    }

    @Test
    void a_line_that_is_gone_without_a_trace_is_missed_when_something_was_forced_behind_it() throws IOException {
        try (ItemJournal journal = open(0)) {
            for (long number = 0; number < 3; number++) {
                journal.append(number, 0, result("r" + number));
                journal.append(number + 10, 0, result("s" + number));
                journal.force();
            }
        }
        String content = disk.text(files.journal().segment(1));
        disk.write(
                files.journal().segment(1),
                content.replaceAll("[0-9a-f]{8} 10:0{8} . s0\n", "").getBytes(UTF_8));
        try (ItemJournal journal = open(0)) {
            assertThat(journal.damaged()).containsExactly("journal.1");
            assertThat(journal.recovered(10, 0)).isNull();
            assertThat(text(journal.recovered(12, 0))).isEqualTo("s2");
        }
        disk.write(
                files.journal().segment(1),
                content.replaceAll("[0-9a-f]{8} 12:0{8} . s2\n", "").getBytes(UTF_8));
        try (ItemJournal journal = open(0)) {
            assertThat(journal.damaged()).as("a crash may leave that").isEmpty();
        }
    }

    @Test
    void a_line_counts_for_the_item_that_it_was_written_for() throws IOException {
        try (ItemJournal journal = open(0)) {
            journal.append(0, 0x5ab10c3e, result("a"));
            journal.append(1, -1, result("b"));
            journal.force();
        }
        try (ItemJournal journal = open(0)) {
            assertThat(text(journal.recovered(0, 0x5ab10c3e))).isEqualTo("a");
            assertThat(journal.recovered(0, 0x5ab10c3f)).isNull();
            assertThat(text(journal.recovered(1, -1))).isEqualTo("b");
            assertThat(journal.damaged()).isEmpty();
        }
    }

    @Test
    void a_journal_of_another_job_is_not_used() throws IOException {
        JobId other = new JobId("0mh3k2v9x-00000000");
        write(new ItemJournal.OfRun(other, 1, 0), 0, result("a"));
        try (ItemJournal journal = open(0)) {
            assertThat(journal.recovered(0, 0)).isNull();
        }
    }

    @Test
    void a_line_that_changes_after_it_was_found_is_not_used() throws IOException {
        write(new ItemJournal.OfRun(JOB, 1, 0), 0, result("abcdef"));
        try (ItemJournal journal = open(0)) {
            byte[] content = disk.bytes(files.journal().segment(1));
            content[content.length - 3] ^= 1;
            disk.write(files.journal().segment(1), content);
            assertThat(journal.recovered(0, 0)).isNull();
        }
    }
}
