package org.checkpointrecovery.rehearsal;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.engine.JobVerbs;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Verb;

/** Carries out orders to crash a running job. Thread-safe. */
public final class Crashes {
    private final JobVerbs verbs;
    private final Map<EngineKind, RehearsingEngine> engines;
    private final Set<EngineKind> processCrashAllowed;

    /**
     * @param engines those whose jobs can crash
     * @param processCrashAllowed the engines whose processes a client may kill
     */
    public Crashes(JobVerbs verbs, Map<EngineKind, RehearsingEngine> engines, Set<EngineKind> processCrashAllowed) {
        this.verbs = verbs;
        this.engines = Map.copyOf(engines);
        this.processCrashAllowed = Set.copyOf(processCrashAllowed);
    }

    /** Whether a client may kill a process that works on a job of an engine. */
    public boolean isProcessCrashAllowed(EngineKind engine) {
        return processCrashAllowed.contains(engine);
    }

    /** Answers the client before the service stops. */
    public interface BeforeCrash {
        void answer(JobVerbs.Done done) throws IOException, RefusedException;
    }

    /**
     * Crashes a job or the whole service.
     *
     * @param beforeCrash called once the crash of a process is allowed, and before it happens
     */
    public JobVerbs.Done crash(JobId id, CrashOrder order, BeforeCrash beforeCrash)
            throws RefusedException, IOException {
        JobVerbs.Done done = verbs.ask(id, Verb.CRASH);
        if (done.changed()) {
            if (order.mode() == CrashMode.PROCESS) {
                beforeCrash.answer(done);
            }
            EngineKind engine = done.view().job().validSpec().engine();
            requireNonNull(engines.get(engine)).crash(id, order);
        }
        return done;
    }
}
