package org.checkpointrecovery.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merging the results of many jobs. */
class MergedResultsTest {
    private static final int LONG_LINE = 300_000;

    private final CrashingDisk files = new CrashingDisk(0);
    private final Handles handles = new Handles(files);
    private final List<MergedResults.Part> parts = new ArrayList<>();
    private final TreeMap<Long, String> expected = new TreeMap<>();

    /** Counts what is open. */
    private static final class Handles extends ForwardingDisk {
        private int open;
        private int most;

        Handles(Disk disk) {
            super(disk);
        }

        @Override
        public SeekableByteChannel openForRead(Path file) throws IOException {
            SeekableByteChannel channel = super.openForRead(file);
            open++;
            most = Math.max(most, open);
            return new ForwardingChannel(channel) {
                @Override
                public void close() throws IOException {
                    if (isOpen()) {
                        open--;
                    }
                    super.close();
                }
            };
        }
    }

    /** A job with results for about so many of the first items; not all of the file is committed. */
    private void addJob(int number, int items, Random random) {
        JobId job = new JobId(String.format("0mh3k2v9x-%08d", number));
        StringBuilder content = new StringBuilder();
        for (long index = 0; index < items; index++) {
            if (random.nextInt(3) == 0) {
                int length = random.nextInt(200) == 0 ? random.nextInt(LONG_LINE) : random.nextInt(100);
                String line = "{\"index\":" + index + ",\"of\":" + number + ",\"text\":\"" + "x".repeat(length) + "\"}";
                content.append(line).append('\n');
                expected.put(index, line); // jobs are added from the oldest to the newest
            }
        }
        byte[] bytes = content.toString().getBytes(UTF_8);
        Path file = Path.of("/jobs/" + job);
        files.write(file, (content + "{\"index\":0,\"not\":\"committed\"}\n").getBytes(UTF_8));
        parts.add(new MergedResults.Part(job, () -> handles.openForRead(file), 0, bytes.length));
    }

    private void checkMerged() throws IOException {
        try (MergedResults merged = new MergedResults(parts)) {
            for (String line : expected.values()) {
                byte[] next = merged.next();
                assertThat(next).isNotNull();
                assertThat(new String(next, UTF_8)).isEqualTo(line);
            }
            assertThat(merged.next()).isNull();
        }
        assertThat(handles.open).as("files left open").isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 17, 200})
    void they_are_in_item_order_and_the_newest_counts_with_few_files_open(int jobs) throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed of merged results of " + jobs + " jobs: " + seed);
        Random random = new Random(seed);
        for (int number = 0; number < jobs; number++) {
            addJob(number, 4000 / jobs + 10, random);
        }
        checkMerged();
        assertThat(handles.most).isLessThanOrEqualTo(MergedResults.MAX_OPEN);
    }

    @Test
    void two_hundred_jobs_take_a_few_megabytes() throws IOException {
        String line = "{\"index\":7,\"text\":\"" + "x".repeat(LONG_LINE) + "\"}";
        for (int number = 0; number < 200; number++) {
            JobId job = new JobId(String.format("0mh3k2v9x-%08d", number));
            Path file = Path.of("/jobs/" + job);
            files.write(file, (line + "\n").getBytes(UTF_8));
            parts.add(new MergedResults.Part(job, () -> handles.openForRead(file), 0, line.length() + 1L));
        }
        expected.put(7L, line);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try (MergedResults merged = new MergedResults(parts)) {
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).as("bytes, with what is passed over").isLessThan(24L * 1024 * 1024);
            assertThat(merged.next()).hasSize(line.length());
            assertThat(merged.next()).isNull();
        }
        checkMerged();
    }
}
