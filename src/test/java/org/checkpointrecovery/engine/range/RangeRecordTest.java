package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.checkpointrecovery.engine.range.RangeRecord.Batch;
import org.checkpointrecovery.engine.range.RangeRecord.FirstFailure;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.PartFiles;
import org.checkpointrecovery.storage.Sealed;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written of a range that is done, and that nobody takes it for done when its files are not what it says. */
class RangeRecordTest {
    private static final PartFiles RANGE = new PartFiles(Path.of("/range"));
    private static final RangeRecord RECORD = new RangeRecord(
            6,
            Duration.ofNanos(1_234_567_890_123L),
            List.of(
                    new Batch(2, 0, 5, 0, 321, true, null),
                    new Batch(
                            1,
                            2,
                            2,
                            3,
                            1L << 40,
                            false,
                            new FirstFailure(
                                    1L << 33, new ItemFailure(ItemErrorCode.HTTP_STATUS, "It \"said\" \u00fc.", 503))),
                    new Batch(
                            0,
                            1,
                            0,
                            4,
                            (1L << 40) + 7,
                            true,
                            new FirstFailure(9, new ItemFailure(ItemErrorCode.NOT_UTF8, "")))));

    private CrashingDisk disk = new CrashingDisk(0);

    @BeforeEach
    void makeRange() throws IOException {
        disk.write(RANGE.results(), "1234567".getBytes(UTF_8));
        disk.write(RANGE.errors(), "1234567".getBytes(UTF_8));
        RECORD.write(disk, RANGE);
    }

    @Test
    void it_is_read_as_it_was_written_also_after_a_power_cut() throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            disk = new CrashingDisk(seed);
            makeRange();
            disk.restorePower();
            assertThat(RangeRecord.read(disk, RANGE)).as("seed %d", seed).isEqualTo(RECORD);
        }
    }

    @Test
    void its_items_are_the_sum_of_its_batches() {
        assertThat(RECORD.succeeded()).isEqualTo(3);
        assertThat(RECORD.failed()).isEqualTo(3);
        assertThat(RECORD.nextItem()).isEqualTo(12);
    }

    @Test
    void every_damaged_byte_and_every_missing_end_is_noticed() {
        byte[] whole = disk.bytes(RANGE.record());
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            assertDamaged(flipped, "byte " + at);
            assertDamaged(Arrays.copyOf(whole, at), "cut at " + at);
        }
    }

    @Test
    void what_has_its_checksum_and_makes_no_sense_is_damaged_too() throws IOException {
        String whole = disk.text(RANGE.record());
        String body = whole.substring(0, whole.lastIndexOf(",\"crc32c\":")) + "}";
        disk.write(RANGE.record(), Sealed.json(body));
        assertThat(RangeRecord.read(disk, RANGE)).isEqualTo(RECORD);
        for (String[] change : new String[][] {
            {"\"version\":2", "\"version\":3"},
            {"\"firstItem\":6", "\"firstItem\":\"6\""},
            {"\"batches\":[", "\"others\":["},
            {"\"succeeded\":2", "\"succeeded\":2.5"},
            {"\"inputBytes\":321", "\"inputBytes\":null"},
            {"\"endsBatch\":true,", ""},
            {"HTTP_STATUS", "HTTP_STATE"}
        }) {
            assertThat(body).contains(change[0]);
            String changed = body.replace(change[0], change[1]);
            assertDamaged(Sealed.json(changed), String.join(" -> ", change));
        }
    }

    private void assertDamaged(byte[] bytes, String what) {
        disk.write(RANGE.record(), bytes);
        assertDamaged(what, "range.json is damaged: ");
    }

    private void assertDamaged(String what, String message) {
        assertThatThrownBy(() -> RangeRecord.read(disk, RANGE))
                .as(what)
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining(message)
                .hasMessageEndingWith(" Nothing was changed. Delete the directory " + RANGE.directory()
                        + " and resume to reprocess its items.");
    }

    @Test
    void a_file_that_is_shorter_than_it_says_is_damaged_and_the_message_says_what_to_do() throws IOException {
        for (Path file : new Path[] {RANGE.results(), RANGE.errors()}) {
            for (String content : new String[] {"", "123456"}) {
                disk.write(file, content.getBytes(UTF_8));
                assertDamaged(
                        file + " " + content,
                        "File " + file + " has " + content.length() + " bytes, but its record expects 7.");
            }
            disk.write(file, "abcdefg".getBytes(UTF_8));
            assertThat(RangeRecord.read(disk, RANGE)).isEqualTo(RECORD);
        }
    }

    @Test
    void it_can_lose_the_batches_from_an_item_on_while_the_files_stay_as_they_are() throws IOException {
        long secondBatch = RECORD.firstItem() + RECORD.batches().get(0).succeeded();
        RECORD.before(secondBatch).replace(disk, RANGE);
        RangeRecord kept = RangeRecord.read(disk, RANGE);
        assertThat(kept.batches()).containsExactly(RECORD.batches().get(0));
        assertThat(kept.nextItem()).isEqualTo(secondBatch);
        assertThat(disk.size(RANGE.results())).isEqualTo(7);
    }

    @Test
    void a_file_that_is_missing_is_damaged_even_when_nothing_should_be_in_it() throws IOException {
        new RangeRecord(0, Duration.ZERO, List.of(new Batch(1, 0, 7, 0, 9, true, null))).write(disk, RANGE);
        disk.delete(RANGE.errors());
        assertDamaged("no errors", "File " + RANGE.errors() + " is missing.");
    }
}
