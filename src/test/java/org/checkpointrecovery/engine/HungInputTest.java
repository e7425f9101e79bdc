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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.LocalDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Inputs whose reads never return: of a server that is gone, or of a pipe that came in place of a file. */
@Timeout(120)
class HungInputTest {
    private static final int ITEMS = 200_000;

    @TempDir
    private Path directory;

    /** One of the places at which reads hang, with directories of its own. */
    private record Site(Place place, Path inputs, Path data) {}

    private interface SiteTest {
        void at(Site site) throws Exception;
    }

    /** Tests all places at the same time, because each waits for seconds. */
    private void atEachPlace(SiteTest test) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(Place.values().length);
        try {
            List<Future<Void>> tests = new ArrayList<>();
            for (Place place : Place.values()) {
                Path own = Files.createDirectory(directory.resolve(place.name()));
                Site site = new Site(
                        place,
                        Files.createDirectory(own.resolve("inputs")),
                        Files.createDirectory(own.resolve("data")));
                tests.add(threads.submit(() -> {
                    test.at(site);
                    return null;
                }));
            }
            for (Future<Void> each : tests) {
                Await.result(each);
            }
        } finally {
            threads.shutdown();
        }
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

    private static List<TestSpec> specs(Site site) throws IOException {
        List<TestSpec> specs = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < ITEMS; i++) {
            lines.append("line ")
                    .append(i)
                    .append(site.place == Place.ITEMS ? " of a large input" : "")
                    .append('\n');
        }
        for (int parallelism : new int[] {1, 3}) {
            for (Format format : new Format[] {Format.LINES, new Format(Format.Kind.CSV, ',')}) {
                String name = "in" + specs.size() + ".txt";
                Files.writeString(site.inputs.resolve(name), lines);
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

    private static TestService start(Disk disk, Site site) throws IOException {
        return TestService.start(
                disk, TestService.Options.of(site.data).inputs(site.inputs).workers(4));
    }

    private static List<JobId> hang(TestService service, Site site, HungDisk disk) throws Exception {
        List<JobId> ids = new ArrayList<>();
        for (TestSpec spec : specs(site)) {
            ids.add(service.submit(spec));
        }
        disk.armed = true;
        for (JobId id : ids) {
            service.service().verbs().start(id);
        }
        Await.until("all are hanging", () -> disk.hanging.get() >= ids.size());
        return ids;
    }

    private static void assertEndsAndGoesOn(Site site, Verb verb, Status wanted) throws Exception {
        HungDisk disk = site.place.disk();
        try (TestService service = start(disk, site)) {
            List<JobId> ids = hang(service, site, disk);
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
        atEachPlace(site -> assertEndsAndGoesOn(site, JobVerbs::cancel, Status.CANCELLED));
    }

    @Test
    void jobs_are_paused_whatever_a_read_does_and_go_on_where_they_were() throws Exception {
        atEachPlace(site -> assertEndsAndGoesOn(site, JobVerbs::pause, Status.PAUSED));
    }

    @Test
    void a_service_stops_whatever_a_read_does_and_its_jobs_go_on_at_the_next_start() throws Exception {
        atEachPlace(site -> {
            HungDisk disk = site.place.disk();
            List<JobId> ids;
            try (TestService service = start(disk, site)) {
                ids = hang(service, site, disk);
                service.service().shutDown();
                for (JobId id : ids) {
                    assertThat(service.status(id)).isEqualTo(Status.QUEUED);
                }
            }
            try (TestService service = start(new LocalDisk(), site)) {
                for (JobId id : ids) {
                    service.await(id, Status.COMPLETED);
                    assertThat(service.results(id).lines().count()).isEqualTo(service.nextItem(id));
                }
            }
            disk.released.countDown();
        });
    }
}
