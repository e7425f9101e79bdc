package org.checkpointrecovery.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.checkpointrecovery.engine.local.LocalEngine;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.ProvidedProcessors;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IdGenerator;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JobStore;

/** A service over a disk, with the engine that it has in production, and what tests ask of it. */
final class TestService implements AutoCloseable {
    static final Path DATA = Path.of("/data");

    private final JobStore jobs;
    private final JobService service;

    /** How a service is set up. */
    record Options(
            Path data,
            Path inputs,
            int workers,
            int maxQueued,
            int maxItemBytes,
            boolean autoResume,
            Clock clock,
            Processors processors) {
        static Options of(Path data) {
            return new Options(data, data, 2, 1000, 1 << 20, true, Clock.systemUTC(), new ProvidedProcessors());
        }

        Options inputs(Path directory) {
            return new Options(data, directory, workers, maxQueued, maxItemBytes, autoResume, clock, processors);
        }

        Options workers(int count) {
            return new Options(data, inputs, count, maxQueued, maxItemBytes, autoResume, clock, processors);
        }

        Options maxQueued(int most) {
            return new Options(data, inputs, workers, most, maxItemBytes, autoResume, clock, processors);
        }

        Options maxItemBytes(int most) {
            return new Options(data, inputs, workers, maxQueued, most, autoResume, clock, processors);
        }

        Options noAutoResume() {
            return new Options(data, inputs, workers, maxQueued, maxItemBytes, false, clock, processors);
        }

        Options processors(Processors others) {
            return new Options(data, inputs, workers, maxQueued, maxItemBytes, autoResume, clock, others);
        }

        Options clock(Clock other) {
            return new Options(data, inputs, workers, maxQueued, maxItemBytes, autoResume, other, processors);
        }
    }

    TestService(Disk disk, Options options) {
        this(
                disk,
                options,
                new LocalEngine(
                        disk, options.clock(), options.workers(), options.maxItemBytes(), options.processors(), () -> {
                            throw new AssertionError("nobody may halt the process");
                        }));
    }

    TestService(Disk disk, Options options, JobEngine engine) {
        jobs = new JobStore(disk, options.data().resolve("jobs"));
        JobService.Stores stores = new JobService.Stores(
                disk, jobs, new FileStore(disk, options.data().resolve("files")));
        JobService.Settings settings = new JobService.Settings(
                options.data(), options.inputs(), options.maxQueued(), options.maxItemBytes(), options.autoResume());
        IdGenerator ids = new IdGenerator(options.clock(), new Random());
        service = new JobService(
                stores,
                Engines.withoutCluster(new Engines.Provided(engine, null, null)),
                options.processors(),
                Callbacks.NONE,
                options.clock(),
                ids,
                settings);
    }

    /** A service that is open. */
    static TestService start(Disk disk, Options options) throws IOException {
        TestService started = new TestService(disk, options);
        try {
            started.service.open();
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    JobService service() {
        return service;
    }

    JobFiles files(JobId id) {
        return jobs.files(id);
    }

    JobId submit(TestSpec spec, String... items) throws Exception {
        return service.submit(new NewJob(spec.build(), List.of(items), null))
                .view()
                .job()
                .id();
    }

    /** The committed results, as a client reads them. */
    String results(JobId id) throws Exception {
        return text(service.results(id));
    }

    /** The committed errors, as a client reads them. */
    String errors(JobId id) throws Exception {
        return text(service.errors(id));
    }

    private static String text(JobService.Committed committed) throws IOException {
        SeekableByteChannel channel = committed.channel();
        if (channel == null) {
            return "";
        }
        try (InputStream bytes = Channels.newInputStream(channel)) {
            return new String(bytes.readNBytes((int) committed.bytes()), StandardCharsets.UTF_8);
        }
    }

    String upload(String content) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return service.receiveFile(null, new ByteArrayInputStream(bytes), Long.MAX_VALUE)
                .id();
    }

    Job job(JobId id) throws RefusedException {
        return service.view(id).job();
    }

    Status status(JobId id) throws RefusedException {
        return job(id).status();
    }

    long nextItem(JobId id) throws RefusedException {
        return service.view(id).committed().nextItem();
    }

    /** Waits until the job is in that state, and fails when it comes to rest in another one. */
    Job await(JobId id, Status wanted) throws Exception {
        Await.until("job is " + wanted, () -> {
            Job job = job(id);
            boolean restsElsewhere = switch (job.status()) {
                case COMPLETED, CANCELLED, FAILED, CRASHED, PAUSED -> job.status() != wanted;
                case CREATED, QUEUED, RUNNING, PAUSING, CANCELLING -> false;
            };
            if (restsElsewhere) {
                throw new AssertionError("job is " + job.state() + " and not " + wanted);
            }
            return job.status() == wanted;
        });
        return job(id);
    }

    /** Ends all runs in order; on return no thread of theirs works any more. */
    @Override
    public void close() {
        service.shutDown();
    }
}
