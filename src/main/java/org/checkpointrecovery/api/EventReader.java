package org.checkpointrecovery.api;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * A client that reads events. Events are queued until its connection is writable, without blocking a thread. A client whose
 * queue grows too long is disconnected.
 */
final class EventReader implements WriteListener {
    /** The limit of the queue: minutes of events of a busy service. */
    static final int MOST_WAITING_BYTES = 1024 * 1024;

    private final ServletOutputStream out;
    private final @Nullable JobId job;
    private final Runnable cut;
    private final Consumer<EventReader> gone;
    private final Deque<byte[]> waiting = new ArrayDeque<>(); // guarded by this
    private long waitingBytes; // guarded by this
    private @Nullable Runnable roomTaken; // guarded by this
    private boolean open; // guarded by this; whether the container is ready for writes
    private boolean unflushed; // guarded by this
    private boolean last; // guarded by this
    private boolean ended; // guarded by this

    /**
     * @param job the job to follow, or null for all jobs
     * @param cut closes the connection immediately
     * @param gone called once, when nothing more will be sent
     */
    EventReader(ServletOutputStream out, @Nullable JobId job, Runnable cut, Consumer<EventReader> gone) {
        this.out = out;
        this.job = job;
        this.cut = cut;
        this.gone = gone;
    }

    boolean wants(JobId changed) {
        return job == null || job.equals(changed);
    }

    boolean readsOneJob() {
        return job != null;
    }

    /** Queues an event. Never blocks. */
    synchronized void send(byte[] bytes) {
        if (ended || last) {
            return;
        }
        waiting.add(bytes);
        added(bytes);
    }

    /** Requires the lock of this object. */
    private void added(byte[] bytes) {
        waitingBytes += bytes.length;
        if (waitingBytes > MOST_WAITING_BYTES) {
            drop();
        } else {
            write();
        }
    }

    /**
     * Queues bytes for this reader alone, before all events. Call before it is open.
     *
     * @param room released once the bytes are sent
     */
    synchronized void sendFirst(List<byte[]> all, Runnable room) {
        roomTaken = room;
        for (int i = all.size() - 1; i >= 0 && !ended; i--) {
            waiting.addFirst(all.get(i));
            added(all.get(i));
        }
        giveBackRoom();
    }

    /** Closes the connection because there is no room for its data. */
    synchronized void refuse() {
        drop();
    }

    /** Requires the lock of this object. */
    private void giveBackRoom() {
        if (roomTaken != null && (ended || waiting.isEmpty())) {
            roomTaken.run();
            roomTaken = null;
        }
    }

    /** Ends the connection once everything is sent. */
    synchronized void finish() {
        last = true;
        write();
    }

    @Override
    public synchronized void onWritePossible() {
        open = true;
        write();
    }

    @Override
    public synchronized void onError(Throwable failure) {
        end();
    }

    /** Requires the lock of this object. After {@code isReady} was false, the container calls {@link #onWritePossible}. */
    private void write() {
        try {
            while (open && !ended && out.isReady()) {
                byte[] next = waiting.poll();
                if (next != null) {
                    waitingBytes -= next.length;
                    unflushed = true;
                    out.write(next);
                    giveBackRoom();
                } else if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else {
                    if (last) {
                        end();
                    }
                    return;
                }
            }
        } catch (IOException | IllegalStateException e) {
            end(); // the client disconnected
        }
    }

    private void drop() {
        cut.run();
        end();
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        waiting.clear();
        giveBackRoom();
        gone.accept(this);
    }
}
