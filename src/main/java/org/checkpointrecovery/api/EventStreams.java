package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.JobWatcher;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the changes of jobs as server-sent events. Its own thread creates and numbers each event, keeps the latest ones
 * for clients that reconnect, and passes them to all readers without waiting for any. Changes of state are sent immediately,
 * progress at most {@value #TICKS_PER_SECOND} times a second.
 *
 * <p>Numbers start with the microseconds since 1970 at the start of the service. So they also increase over restarts, unless
 * the clock is set back, and numbers from before a restart are recognized as too old.
 */
final class EventStreams implements JobWatcher, Closeable {
    static final int TICKS_PER_SECOND = 4;
    static final Duration HEARTBEAT = Duration.ofSeconds(15);
    static final int MOST_KEPT = 2048;
    static final int MOST_READERS = 1000;

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND;
    private static final byte[] RETRY = "retry: 1000\n\n".getBytes(UTF_8);
    private static final byte[] COMMENT = ": still here\n\n".getBytes(UTF_8);

    private final JobService service;
    private final JobJson jobs;
    private final Queue<Change> changes = new ConcurrentLinkedQueue<>();
    private final Semaphore news = new Semaphore(0);
    private final Set<JobId> committed = ConcurrentHashMap.newKeySet();
    private final Semaphore snapshots =
            new Semaphore((int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 8 / 1024)); // in KiB
    private final Set<EventReader> readers = new CopyOnWriteArraySet<>();
    private final Deque<Event> kept = new ArrayDeque<>(); // guarded by this
    private final Thread maker = new Thread(this::make, "events");
    private final long firstNumber;
    private long lastNumber; // guarded by this
    private volatile boolean closed;

    /** The view of a deleted job is null. */
    private record Change(
            JobId job, @Nullable Status before, @Nullable JobView now) {}

    private static final class Event {
        private final long number;
        private final JobId job;
        private final byte[] bytes;

        Event(long number, JobId job, byte[] bytes) {
            this.number = number;
            this.job = job;
            this.bytes = bytes;
        }
    }

    EventStreams(JobService service, JobJson jobs, Clock clock) {
        this.service = service;
        this.jobs = jobs;
        this.lastNumber = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        this.firstNumber = lastNumber;
        this.maker.setDaemon(true);
    }

    void start() {
        service.watch(this);
        maker.start();
    }

    @Override
    public void changed(@Nullable Status before, JobView now) {
        add(new Change(now.job().id(), before, now));
    }

    @Override
    public void committed(JobView now, Position before, Duration took) {
        committed.add(now.job().id());
    }

    @Override
    public void deleted(JobId job) {
        add(new Change(job, null, null));
    }

    private void add(Change change) {
        changes.add(change);
        news.release();
    }

    boolean isFull() {
        return readers.size() >= MOST_READERS;
    }

    /** Whether a client that has every event up to a number will never get another one. */
    synchronized boolean isOver(@Nullable JobId job, @Nullable Long seen) throws RefusedException {
        if (job == null || seen == null || !isSettled(job)) {
            return false;
        }
        tellChanges(); // its end may still be queued
        return after(job, seen).map(List::isEmpty).orElse(false);
    }

    private boolean isSettled(JobId job) throws RefusedException {
        return service.jobs().status(job).isEnd();
    }

    /**
     * Sends a reader the events it has missed, or a snapshot, and every event from now on. Call before the reader is
     * open.
     *
     * @param seen the number of the last event that it has, or null
     */
    void add(EventReader reader, @Nullable JobId job, @Nullable Long seen) {
        try {
            Snapshot snapshot = register(reader, job, seen);
            if (snapshot != null) {
                begin(reader, snapshot);
            }
        } catch (RefusedException | IOException | UncheckedIOException e) { // just deleted, or unreadable
            reader.finish();
        }
        if (closed) {
            reader.finish();
        }
    }

    /**
     * Jobs as they are after an event and before the next one.
     *
     * @param number of the event
     * @param alone whether it is of one job
     */
    private record Snapshot(long number, List<JobView> views, boolean alone) {}

    /** Sends the events that a reader has missed; if it needs a snapshot instead, takes that. */
    private synchronized @Nullable Snapshot register(EventReader reader, @Nullable JobId job, @Nullable Long seen)
            throws RefusedException, IOException {
        tellChanges(); // earlier changes are part of the snapshot
        readers.add(reader); // before the snapshot, so that no event is missed
        Optional<List<Event>> missed = seen == null ? Optional.empty() : after(job, seen);
        if (missed.isEmpty()) {
            List<JobView> views = job == null
                    ? service.jobs().unended()
                    : List.of(service.jobs().view(job));
            return new Snapshot(lastNumber, views, job != null);
        }
        reader.send(RETRY);
        missed.get().forEach(event -> reader.send(event.bytes));
        if (job != null && isSettled(job)) {
            reader.finish();
        }
        return null;
    }

    /** Writes a snapshot, which may take long. Events that come meanwhile wait in the reader and follow it. */
    private void begin(EventReader reader, Snapshot snapshot) throws RefusedException {
        List<byte[]> first = new ArrayList<>();
        first.add(RETRY);
        first.add(bytes(snapshot.number, "snapshot", json -> write(json, snapshot)));
        boolean settled = snapshot.alone && snapshot.views.get(0).job().status().isEnd();
        if (settled) {
            JobView view = snapshot.views.get(0);
            first.add(bytes(snapshot.number, "end", json -> jobs.writeSummary(json, view)));
        }
        // Limits snapshots that wait for their readers to an eighth of the heap.
        int kib = first.stream().mapToInt(bytes -> bytes.length).sum() / 1024;
        if (!snapshots.tryAcquire(kib)) {
            reader.refuse();
            return;
        }
        reader.sendFirst(first, () -> snapshots.release(kib));
        if (settled) {
            reader.finish();
        }
    }

    void remove(EventReader reader) {
        readers.remove(reader);
    }

    /** Returns the events after a number; empty if some are no longer kept or the number is unknown. */
    private Optional<List<Event>> after(@Nullable JobId job, long seen) {
        long oldest = kept.isEmpty() ? lastNumber + 1 : kept.getFirst().number;
        if (seen < firstNumber || seen < oldest - 1 || seen > lastNumber) {
            return Optional.empty();
        }
        return Optional.of(kept.stream()
                .filter(event -> event.number > seen && (job == null || job.equals(event.job)))
                .toList());
    }

    private void write(JsonGenerator json, Snapshot snapshot) throws IOException {
        if (snapshot.alone) {
            jobs.write(json, snapshot.views.get(0));
            return;
        }
        json.writeStartObject();
        json.writeArrayFieldStart("jobs");
        for (JobView view : snapshot.views) {
            jobs.writeSummary(json, view);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void make() {
        long nextTick = System.nanoTime() + TICK_NANOS;
        long nextComment = System.nanoTime() + HEARTBEAT.toNanos();
        try {
            while (!closed) {
                if (news.tryAcquire(Math.max(0, nextTick - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    news.drainPermits();
                    tellChanges();
                }
                if (System.nanoTime() - nextTick >= 0) {
                    tellCommitted();
                    nextTick = System.nanoTime() + TICK_NANOS;
                }
                if (System.nanoTime() - nextComment >= 0) {
                    readers.forEach(reader -> reader.send(COMMENT));
                    nextComment = System.nanoTime() + HEARTBEAT.toNanos();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends pending changes. Serialized, whichever thread calls. */
    private synchronized void tellChanges() {
        for (Change change = changes.poll(); change != null; change = changes.poll()) {
            tell(change);
        }
    }

    private void tell(Change change) {
        JobView now = change.now;
        if (now == null) {
            publish(change.job, "deleted", json -> {
                json.writeStartObject();
                json.writeStringField("jobId", change.job.value());
                json.writeEndObject();
            });
            finish(change.job);
            return;
        }
        if (now.job().status() == change.before) {
            committed.add(change.job); // more is known about it, such as its total
            return;
        }
        publish(change.job, "state", json -> jobs.writeSummary(json, now));
        if (now.job().status().isEnd()) {
            committed.remove(change.job);
            publish(change.job, "end", json -> jobs.writeSummary(json, now));
            finish(change.job);
        }
    }

    private void tellCommitted() {
        List<JobId> told = new ArrayList<>();
        for (Iterator<JobId> all = committed.iterator(); all.hasNext(); ) {
            told.add(all.next());
            all.remove();
        }
        for (JobId job : told) {
            try {
                tellCommitted(service.jobs().view(job));
            } catch (RefusedException | IOException e) {
                committed.remove(job); // deleted, or settled and unreadable
            }
        }
    }

    private void tellCommitted(JobView view) {
        JobId job = view.job().id();
        publish(job, "progress", json -> {
            json.writeStartObject();
            json.writeStringField("jobId", job.value());
            json.writeFieldName("progress");
            JobJson.progress(json, view.progress());
            json.writeStringField("waitingFor", view.waitingFor());
            json.writeEndObject();
        });
        if (view.lastCheckpointAt() != null) {
            publish(job, "checkpoint", json -> {
                json.writeStartObject();
                json.writeStringField("jobId", job.value());
                json.writeNumberField("nextItem", view.committed().nextItem());
                JobJson.time(json, "savedAt", view.lastCheckpointAt());
                json.writeEndObject();
            });
        }
    }

    private synchronized void publish(JobId job, String name, Data data) {
        lastNumber++;
        Event event;
        try {
            event = new Event(lastNumber, job, bytes(lastNumber, name, data));
        } catch (RefusedException e) {
            return;
        }
        kept.addLast(event);
        if (kept.size() > MOST_KEPT) {
            kept.removeFirst();
        }
        for (EventReader reader : readers) {
            if (reader.wants(job)) {
                reader.send(event.bytes);
            }
        }
    }

    /** Forgets a job that has no more events. */
    private void finish(JobId job) {
        for (EventReader reader : readers) {
            if (reader.readsOneJob() && reader.wants(job)) {
                reader.finish();
            }
        }
    }

    /** Writes the data of an event. */
    private interface Data {
        void write(JsonGenerator json) throws IOException, RefusedException;
    }

    private static byte[] bytes(long number, String name, Data data) throws RefusedException {
        try {
            String json = new String(Answers.bytes(data::write), UTF_8);
            return ("id: " + number + "\nevent: " + name + "\ndata: " + json + "\n\n").getBytes(UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // everything is in memory except inline items
        }
    }

    @Override
    public void close() {
        closed = true;
        maker.interrupt();
        synchronized (this) {
            readers.forEach(EventReader::finish);
        }
    }
}
