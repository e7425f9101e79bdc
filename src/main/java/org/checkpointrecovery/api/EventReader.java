package org.checkpointrecovery.api;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * One client that reads events. What it is sent waits here until its connection takes it, and no thread waits with it. A
 * client that lets too much wait is dropped.
 */
final class EventReader implements WriteListener {
    /** Minutes of events of a busy service. */
    static final int MOST_WAITING_BYTES = 1024 * 1024;

    private final ServletOutputStream out;
    private final @Nullable JobId job;
    private final Runnable cut;
    private final Consumer<EventReader> gone;
    private final Deque<byte[]> waiting = new ArrayDeque<>(); // guarded by this
    private long waitingBytes; // guarded by this
    private @Nullable Runnable roomTaken; // guarded by this
    private boolean open; // guarded by this; whether the container has asked for something to write
    private boolean unflushed; // guarded by this
    private boolean last; // guarded by this
    private boolean ended; // guarded by this

    /**
     * @param job the only one that it reads of, or null for all
     * @param cut breaks the connection at once
     * @param gone told once, when nothing more is to be sent
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

    /** Never waits. */
    synchronized void send(byte[] bytes) {
        if (ended || last) {
            return;
        }
        waiting.add(bytes);
        waitingBytes += bytes.length;
        if (waitingBytes > MOST_WAITING_BYTES) {
            drop();
        } else {
            write();
        }
    }

    /**
     * Sends bytes that no other reader is sent. Never waits.
     *
     * @param room that they take until they are sent
     */
    synchronized void send(byte[] bytes, Runnable room) {
        roomTaken = room;
        send(bytes);
        giveBackRoom();
    }

    /** Breaks the connection off: there is no room for what it is to be sent. */
    synchronized void refuse() {
        drop();
    }

    /** The caller holds this. */
    private void giveBackRoom() {
        if (roomTaken != null && (ended || waiting.isEmpty())) {
            roomTaken.run();
            roomTaken = null;
        }
    }

    /** Ends the connection when all is sent. */
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

    /** The caller holds this. After {@code isReady} was false, the container calls {@link #onWritePossible}. */
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
            end(); // the client went away
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
