package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.LocalDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Inputs whose reads never return: of a server that is gone, or of a pipe that came in place of a file. */
@Timeout(120)
class HungInputTest {
    private static final int ITEMS = 200_000;

    @TempDir
    private Path directory;

    private Path inputs = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void makeDirectories() throws IOException {
        inputs = Files.createDirectory(directory.resolve("inputs"));
        data = Files.createDirectory(directory.resolve("data"));
    }

    /** Hangs at every open of an input once its number is reached, and at every read of one from a position on. */
    private static final class HungDisk extends ForwardingDisk {
        private final CountDownLatch released = new CountDownLatch(1);
        private final AtomicInteger hanging = new AtomicInteger();
        private final AtomicInteger opens = new AtomicInteger();
        private final int hangAtOpen;
        private final long hangAtByte;
        private volatile boolean armed;

        HungDisk(Disk disk, int hangAtOpen, long hangAtByte) {
            super(disk);
            this.hangAtOpen = hangAtOpen;
            this.hangAtByte = hangAtByte;
        }

        private void hang() throws IOException {
            hanging.incrementAndGet();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                hanging.decrementAndGet();
            }
        }

        @Override
        public SeekableByteChannel openForRead(Path file) throws IOException {
            boolean input = armed && file.toString().endsWith(".txt");
            if (input && opens.incrementAndGet() >= hangAtOpen) {
                hang();
            }
            SeekableByteChannel channel = super.openForRead(file);
            return input ? new HungChannel(channel) : channel;
        }

        private final class HungChannel extends ForwardingChannel {
            HungChannel(SeekableByteChannel channel) {
                super(channel);
            }

            @Override
            public int read(ByteBuffer target) throws IOException {
                // the identity's last bytes are read far behind that, and only the items in order
                if (position() >= hangAtByte && position() < size() - 200_000) {
                    hang();
                }
                return super.read(target);
            }
        }
    }

    /** Where a read hangs. */
    enum Place {
        /** The look whether the input has changed. */
        IDENTITY,
        /** The open of the items themselves. */
        ITEMS_OPEN,
        /** A read of a small input that is counted before the run begins. */
        COUNT,
        /** A read in the middle of the items, after some commits. */
        ITEMS;

        HungDisk disk() {
            return switch (this) {
                case IDENTITY -> new HungDisk(new LocalDisk(), 1, Long.MAX_VALUE);
                case ITEMS_OPEN -> new HungDisk(new LocalDisk(), 5, Long.MAX_VALUE);
                case COUNT, ITEMS -> new HungDisk(new LocalDisk(), Integer.MAX_VALUE, 700_000);
            };
        }
    }

    private List<TestSpec> specs(Place place) throws IOException {
        List<TestSpec> specs = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < ITEMS; i++) {
            lines.append("line ")
                    .append(i)
                    .append(place == Place.ITEMS ? " of a large input" : "")
                    .append('\n');
        }
        for (int parallelism : new int[] {1, 3}) {
            for (Format format : new Format[] {Format.LINES, new Format(Format.Kind.CSV, ',')}) {
                String name = "in" + specs.size() + ".txt";
                Files.writeString(inputs.resolve(name), lines);
                specs.add(TestSpec.spec()
                        .over(new InputSpec.InputPath(name))
                        .format(format)
                        .batchSize(1000)
                        .parallelism(parallelism)
                        .notStarted());
            }
        }
        return specs;
    }

    private TestService start(Disk disk) throws IOException {
        return TestService.start(
                disk, TestService.Options.of(data).inputs(inputs).workers(4));
    }

    private List<JobId> hang(TestService service, Place place, HungDisk disk) throws Exception {
        List<JobId> ids = new ArrayList<>();
        for (TestSpec spec : specs(place)) {
            ids.add(service.submit(spec));
        }
        disk.armed = true;
        for (JobId id : ids) {
            service.service().verbs().start(id);
        }
        Await.until("all are hanging", () -> disk.hanging.get() >= ids.size());
        return ids;
    }

    private void assertEndsAndGoesOn(Place place, Verb verb, Status wanted) throws Exception {
        HungDisk disk = place.disk();
        try (TestService service = start(disk)) {
            List<JobId> ids = hang(service, place, disk);
            for (JobId id : ids) {
                verb.on(service.service().verbs(), id);
            }
            for (JobId id : ids) {
                service.await(id, wanted);
            }
            disk.armed = false;
            if (wanted == Status.PAUSED) { // while the old reads hang still
                for (JobId id : ids) {
                    service.service().verbs().resume(id);
                }
                for (JobId id : ids) {
                    service.await(id, Status.COMPLETED);
                    assertThat(service.job(id).totalItems()).isBetween(ITEMS - 1L, (long) ITEMS);
                    assertThat(service.results(id).lines().count()).isEqualTo(service.nextItem(id));
                }
            }
            disk.released.countDown();
        }
    }

    private interface Verb {
        void on(JobVerbs verbs, JobId id) throws Exception;
    }

    @Test
    void jobs_are_cancelled_whatever_a_read_does() throws Exception {
        for (Place place : Place.values()) {
            assertEndsAndGoesOn(place, JobVerbs::cancel, Status.CANCELLED);
        }
    }

    @Test
    void jobs_are_paused_whatever_a_read_does_and_go_on_where_they_were() throws Exception {
        for (Place place : Place.values()) {
            assertEndsAndGoesOn(place, JobVerbs::pause, Status.PAUSED);
        }
    }

    @Test
    void a_service_stops_whatever_a_read_does_and_its_jobs_go_on_at_the_next_start() throws Exception {
        for (Place place : Place.values()) {
            HungDisk disk = place.disk();
            List<JobId> ids;
            try (TestService service = start(disk)) {
                ids = hang(service, place, disk);
                service.service().shutDown();
                for (JobId id : ids) {
                    assertThat(service.status(id)).isEqualTo(Status.QUEUED);
                }
            }
            try (TestService service = start(new LocalDisk())) {
                for (JobId id : ids) {
                    service.await(id, Status.COMPLETED);
                    assertThat(service.results(id).lines().count()).isEqualTo(service.nextItem(id));
                }
            }
            disk.released.countDown();
        }
    }
}
