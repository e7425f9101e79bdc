package org.checkpointrecovery.engine.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Starts queued runs in the order of submission, each on a thread of its own, while fewer than a given number of runs
 * have a place. Thread-safe.
 *
 * <p>A run that leaves its place and asks for it again gets one only when it is free. So the runs with a place are never
 * more than the workers, and at most {@value #MOST_AWAY} others have started.
 */
final class Workers {
    /** Limits the threads and open files of runs that wait. */
    static final int MOST_AWAY = 32;

    private final int places;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Queued> queue = new ArrayDeque<>(); // guarded by this
    private final Map<State, Integer> counts = new EnumMap<>(State.class); // guarded by this
    private boolean stopped; // guarded by this

    private enum State {
        QUEUED,
        WORKING,
        AWAY,
        /** Has left its place and asked for one. */
        ASKING,
        OVER
    }

    private record Queued(OfRun place, Runnable run) {}

    /** @param places at least 1 */
    Workers(int places) {
        this.places = places;
    }

    /** The place of one run. */
    final class OfRun implements Place {
        private State state = State.QUEUED; // guarded by the workers

        @Override
        public void leave() {
            synchronized (Workers.this) {
                if ((state == State.WORKING || state == State.ASKING) && count(State.AWAY) < MOST_AWAY) {
                    move(this, State.AWAY);
                }
            }
        }

        @Override
        public boolean take() {
            synchronized (Workers.this) {
                if (state == State.AWAY) {
                    move(this, State.ASKING);
                }
                if (state == State.ASKING && count(State.WORKING) < places) {
                    move(this, State.WORKING);
                }
                return state == State.WORKING;
            }
        }
    }

    /** Queues a run. Returns false if the workers are shut down. */
    synchronized boolean submit(OfRun place, Runnable run) {
        if (!stopped) {
            queue.add(new Queued(place, run));
            startNext();
        }
        return !stopped;
    }

    /** Removes a run that has not started. Returns whether it was there. */
    synchronized boolean withdraw(OfRun place) {
        return queue.removeIf(queued -> queued.place == place);
    }

    private int count(State state) {
        return counts.getOrDefault(state, 0);
    }

    private void move(OfRun place, State next) {
        set(place, next);
        startNext();
    }

    private void set(OfRun place, State next) {
        counts.merge(place.state, -1, Integer::sum);
        counts.merge(next, 1, Integer::sum);
        place.state = next;
    }

    private void startNext() {
        while (!queue.isEmpty() && count(State.WORKING) + count(State.ASKING) < places) {
            Queued next = queue.element();
            threads.execute(() -> work(next));
            queue.remove(); // not before, because the system may refuse a thread
            set(next.place, State.WORKING);
        }
    }

    private void work(Queued queued) {
        try {
            queued.run.run();
        } finally {
            synchronized (this) {
                move(queued.place, State.OVER);
            }
        }
    }

    /** Drops the queued runs and starts no more. */
    synchronized void shutDown() {
        stopped = true;
        queue.clear();
        threads.shutdown();
    }

    /** Waits until all runs are over. Returns false if that takes longer. */
    boolean awaitEnd(Duration most) throws InterruptedException {
        return threads.awaitTermination(most.toMillis(), TimeUnit.MILLISECONDS);
    }
}
