package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.ClusterOverview;
import org.checkpointrecovery.engine.flink.task.RangeTask;
import org.checkpointrecovery.engine.flink.task.WorkEndedException;
import org.checkpointrecovery.engine.range.Assignments;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.Disk;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in this process: its tasks are threads that work on ranges as a TaskManager does. A test can have it do all that a cluster may do wrong. It outlives services.
 */
final class FakeCluster implements Cluster {
    static final String THREAD = "task-";
    /** The maximum number of tasks per job. */
    static final int TASKS = 4;

    /** How long an engine waits for an answer. Far longer than the calls that a test refuses. */
    private static final Duration UNANSWERED = Duration.ofSeconds(2);

    private static final long NEVER = Long.MAX_VALUE;

    private final Disk disk;
    private final int slots;
    private int slotsOfOthers; // guarded by this
    private Processors processors = AllKinds.ofCommandLine(); // guarded by this, as all below
    private final Map<String, Work> jobs = new LinkedHashMap<>();
    private final List<Work> all = new ArrayList<>();
    private final Map<String, List<Fate>> fates = new HashMap<>();
    private final Map<String, CountDownLatch> held = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Set<String> jars = new HashSet<>();
    private boolean adaptive;
    private boolean unreachable;
    private @Nullable String stalled;
    private long holdFrom = NEVER;

    /** What becomes of a call. */
    enum Fate {
        /** Nothing is done. */
        REFUSED,
        /** It is done, but nobody hears of it. */
        LOST
    }

    FakeCluster(Disk disk, int slots) {
        this.disk = disk;
        this.slots = slots;
    }

    /** An engine that runs its jobs here, and waits for nothing longer than it must. */
    RehearsingEngine engine(Disk ofService, int workers) {
        return engine(ofService, workers, null, this);
    }

    /** The same, for jobs that take one slot each. */
    RehearsingEngine engineOfSmallJobs(int workers) {
        return engine(disk, workers, 1, this);
    }

    /** The same for a service that can be killed. */
    RehearsingEngine engine(MortalService service, int workers) {
        return engine(service.disk(), workers, null, service.lineTo(this));
    }

    private static RehearsingEngine engine(Disk ofService, int workers, @Nullable Integer parallelism, Cluster line) {
        FlinkSettings settings = new FlinkSettings(
                URI.create("http://cluster.test"),
                parallelism == null ? TASKS : parallelism,
                Path.of("/data/cluster"),
                "any",
                new FlinkSettings.Patience(Duration.ofMillis(2), UNANSWERED, 5, Duration.ofMillis(2)));
        FlinkEngine engine = new FlinkEngine(ofService, Clock.systemUTC(), workers, 1 << 20, settings, line);
        return RehearsingEngine.remote(engine, engine);
    }

    synchronized void processors(Processors others) {
        processors = others;
    }

    synchronized void adaptive(boolean is) {
        adaptive = is;
    }

    synchronized void unreachable(boolean is) {
        unreachable = is;
    }

    /** @param cause of what it says, that no task runs although they do; null if they run */
    synchronized void stalled(@Nullable String cause) {
        stalled = cause;
    }

    /** Has other jobs take slots. */
    synchronized void slotsOfOthers(int count) {
        slotsOfOthers = count;
    }

    /** What becomes of the next calls of this name. */
    synchronized void next(String call, Fate fate, int times) {
        for (int i = 0; i < times; i++) {
            fates.computeIfAbsent(call, name -> new ArrayList<>()).add(fate);
        }
    }

    /** Answers calls of this name, when they are done, not before the latch is open. */
    synchronized CountDownLatch hold(String call) {
        CountDownLatch latch = new CountDownLatch(1);
        held.put(call, latch);
        return latch;
    }

    /** No task begins with a range from this item on until {@link #letGo}. */
    synchronized void holdFrom(long item) {
        holdFrom = item;
    }

    synchronized void letGo() {
        holdFrom = NEVER;
        notifyAll();
    }

    /** How often a call was made. */
    synchronized long calls(String call) {
        return calls.stream().filter(call::equals).count();
    }

    synchronized int submissions() {
        return all.size();
    }

    synchronized Submission submission(int number) {
        return all.get(number).submission;
    }

    /** Whether a task works, of a job that it knows or not. */
    synchronized boolean works() {
        return all.stream().anyMatch(work -> work.alive > 0);
    }

    /** As a JobManager that was started anew: it knows no job, and the tasks are not told. */
    synchronized void forget() {
        jobs.clear();
    }

    /** As a job that ends without having done all. */
    synchronized void finishAll() {
        jobs.values().forEach(work -> work.endAs(State.FINISHED));
    }

    synchronized void failAll(String cause) {
        for (Work work : jobs.values()) {
            work.rootCause = cause;
            work.endAs(State.FAILED);
        }
    }

    synchronized void cancelAll() {
        jobs.values().forEach(work -> work.endAs(State.CANCELED));
    }

    /** All its processes are killed. */
    void kill() throws InterruptedException {
        synchronized (this) {
            all.forEach(work -> work.endAs(State.FAILED));
            jobs.clear();
            jars.clear();
        }
        joinAll();
    }

    private void joinAll() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        synchronized (this) {
            all.forEach(work -> threads.addAll(work.threads));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private interface Action<T> {
        T act() throws ClusterException;
    }

    private <T> T call(String name, Action<T> action) throws ClusterException {
        return call(name, () -> false, action);
    }

    private <T> T call(String name, BooleanSupplier givenUp, Action<T> action) throws ClusterException {
        Fate fate;
        CountDownLatch latch;
        synchronized (this) {
            calls.add(name);
            List<Fate> next = fates.getOrDefault(name, List.of());
            fate = next.isEmpty() ? null : next.remove(0);
            latch = held.get(name);
        }
        if (unreachable() || fate == Fate.REFUSED) {
            throw new ClusterException(name + ": Connection refused");
        }
        T answer;
        synchronized (this) {
            answer = action.act();
        }
        if (latch != null) {
            try {
                while (!latch.await(5, TimeUnit.MILLISECONDS)) {
                    if (givenUp.getAsBoolean()) {
                        throw new ClusterException(name + ": given up");
                    }
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (fate == Fate.LOST) {
            throw new ClusterException(name + ": no answer");
        }
        return answer;
    }

    private synchronized boolean unreachable() {
        return unreachable;
    }

    @Override
    public ClusterOverview overview() throws ClusterException {
        return call("overview", () -> new ClusterOverview(slots, slots, Math.max(0, slots - slotsOfOthers - busy())));
    }

    @Override
    public boolean isAdaptive() throws ClusterException {
        return call("isAdaptive", () -> adaptive);
    }

    private int busy() {
        return jobs.values().stream().mapToInt(work -> work.alive).sum();
    }

    @Override
    public Optional<String> jar(String name) throws ClusterException {
        return call("jar", () -> jars.contains(name) ? Optional.of("id-" + name) : Optional.empty());
    }

    @Override
    public String upload(String name, byte[] jar, BooleanSupplier givenUp) throws ClusterException {
        return call("upload", givenUp, () -> {
            jars.add(name);
            return "id-" + name;
        });
    }

    @Override
    public void run(Submission submission, BooleanSupplier givenUp) throws ClusterException {
        call("run", givenUp, () -> {
            if (!jars.contains(submission.jar().substring("id-".length()))) {
                throw new ClusterException("it answered 404: no such jar");
            }
            if (!jobs.containsKey(submission.job())) {
                Work work = new Work(submission);
                jobs.put(submission.job(), work);
                all.add(work);
                work.begin();
            }
            return submission;
        });
    }

    @Override
    public Optional<Activity> state(String job) throws ClusterException {
        return call("state", () -> Optional.ofNullable(jobs.get(job)).map(Work::activity));
    }

    @Override
    public Optional<String> rootCause(String job) throws ClusterException {
        return call(
                "rootCause",
                () -> Optional.ofNullable(jobs.get(job)).map(work -> stalled == null ? work.rootCause : stalled));
    }

    @Override
    public void cancel(String job) throws ClusterException {
        call("cancel", () -> {
            Work work = jobs.get(job);
            if (work != null) {
                work.endAs(State.CANCELED);
            }
            return job;
        });
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "http://cluster.test";
    }

    /** A job; guarded by the cluster. */
    private final class Work {
        private final Submission submission;
        private final int number;
        private final RangeStore files;
        private final List<Thread> threads = new ArrayList<>();
        private State state = State.ACTIVE;
        private int alive;
        private @Nullable Assignments assignments;
        private @Nullable String rootCause;

        Work(Submission submission) {
            this.submission = submission;
            this.number = Integer.parseInt(submission.arguments().get(1));
            this.files = new RangeStore(disk, Path.of(submission.arguments().get(0)));
        }

        void begin() {
            int tasks = adaptive ? Math.min(submission.parallelism(), slots - busy()) : submission.parallelism();
            for (int i = 0; i < tasks; i++) {
                int number = i;
                Thread thread = new Thread(() -> task(number), THREAD + submission.job() + "-" + i);
                thread.setDaemon(true);
                threads.add(thread);
                alive++;
            }
            threads.forEach(Thread::start);
        }

        void endAs(State end) {
            if (state == State.ACTIVE) {
                state = end;
            }
            threads.forEach(Thread::interrupt);
        }

        private void task(int own) {
            Processors theirs;
            synchronized (FakeCluster.this) {
                theirs = processors;
            }
            try (RangeTask task =
                    RangeTask.open(disk, files.directory(), number, (order, in) -> theirs, this::killed)) {
                for (Optional<Range> range = next(own); range.isPresent(); range = next(own)) {
                    task.work(range.get());
                }
            } catch (WorkEndedException | IOException | RuntimeException e) {
                fail(e);
            } catch (InterruptedException e) {
                // it was told to end
            } finally {
                ended();
            }
        }

        private Activity activity() {
            int tasks = submission.parallelism();
            return new Activity(state, new Tasks(tasks, stalled == null ? alive : 0, tasks - alive));
        }

        private void killed() {
            throw new IllegalStateException("the process was killed");
        }

        private Optional<Range> next(int task) throws IOException, InterruptedException, WorkEndedException {
            synchronized (FakeCluster.this) {
                if (state != State.ACTIVE) {
                    return Optional.empty();
                }
                Optional<Range> next;
                try {
                    if (assignments == null) {
                        assignments = Assignments.open(files, number, 0, System::nanoTime);
                    }
                    next = assignments.next(task);
                } catch (IOException e) {
                    throw WorkEndedException.of(files, number, "the JobManager", e)
                            .orElseThrow(() -> e);
                }
                while (state == State.ACTIVE && next.isPresent() && next.get().firstItem() >= holdFrom) {
                    FakeCluster.this.wait(50);
                    if (files.isPausing(number)) {
                        return Optional.empty();
                    }
                    if (!files.isActive(number)) {
                        throw new IllegalStateException("nobody wants it"); // a task that works would see it
                    }
                }
                return state == State.ACTIVE ? next : Optional.empty();
            }
        }

        private void fail(Exception e) {
            synchronized (FakeCluster.this) {
                if (state == State.ACTIVE) {
                    rootCause = e.toString();
                    endAs(State.FAILED);
                }
            }
        }

        private void ended() {
            synchronized (FakeCluster.this) {
                alive--;
                if (alive > 0) {
                    return;
                }
                if (state == State.ACTIVE) {
                    state = State.FINISHED;
                }
                try {
                    if (assignments != null) {
                        assignments.close();
                    }
                } catch (IOException e) {
                    // a disk that is dead
                }
            }
        }
    }
}
